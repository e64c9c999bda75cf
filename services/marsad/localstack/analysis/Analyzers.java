package marsad.analysis;

import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.ar.ArabicAnalyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.fa.PersianAnalyzer;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.AnalyzerProvider;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** Whole analyzers of single languages, with the settings `stopwords` and `stem_exclusion`. */
final class Analyzers {
    private Analyzers() {}

    private interface Language {
        Analyzer make(CharArraySet stopWords, CharArraySet stemExclusion);
    }

    static Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> all() {
        return Map.of(
            "arabic", language(ArabicAnalyzer::new, ArabicAnalyzer.getDefaultStopSet()),
            "persian", language(PersianAnalyzer::new, PersianAnalyzer.getDefaultStopSet()),
            "english", language(EnglishAnalyzer::new, EnglishAnalyzer.getDefaultStopSet()),
            "french", language(FrenchAnalyzer::new, FrenchAnalyzer.getDefaultStopSet())
        );
    }

    private static AnalysisProvider<AnalyzerProvider<? extends Analyzer>> language(
        Language language,
        CharArraySet stopWords
    ) {
        return Parts.analyzer((Environment environment, Settings settings) -> language.make(
            Analysis.parseStopWords(environment, settings, stopWords),
            Analysis.parseStemExclusion(settings, CharArraySet.EMPTY_SET)
        ));
    }
}
