package marsad.analysis;

import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.core.LetterTokenizer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenizer;
import org.apache.lucene.analysis.ngram.NGramTokenizer;
import org.apache.lucene.analysis.pattern.PatternTokenizer;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** Tokenizers beside the core's own `standard`. */
final class Tokenizers {
    private Tokenizers() {}

    static Map<String, AnalysisProvider<TokenizerFactory>> all() {
        return Map.of(
            "keyword", Parts.tokenizer(settings -> KeywordTokenizer::new),
            "whitespace", Parts.tokenizer(settings -> WhitespaceTokenizer::new),
            "letter", Parts.tokenizer(settings -> LetterTokenizer::new),
            "uax_url_email", Parts.tokenizer(settings -> UAX29URLEmailTokenizer::new),
            "ngram", Parts.tokenizer(Tokenizers::ngram),
            "edge_ngram", Parts.tokenizer(Tokenizers::edgeNgram),
            "pattern", Parts.tokenizer(Tokenizers::pattern)
        );
    }

    private static Supplier<Tokenizer> ngram(Settings settings) {
        int shortest = settings.getAsInt("min_gram", 1);
        int longest = settings.getAsInt("max_gram", 2);
        return () -> new NGramTokenizer(shortest, longest);
    }

    private static Supplier<Tokenizer> edgeNgram(Settings settings) {
        int shortest = settings.getAsInt("min_gram", 1);
        int longest = settings.getAsInt("max_gram", 2);
        return () -> new EdgeNGramTokenizer(shortest, longest);
    }

    private static Supplier<Tokenizer> pattern(Settings settings) {
        Pattern pattern = Pattern.compile(settings.get("pattern", "\\W+"));
        int group = settings.getAsInt("group", -1);
        return () -> new PatternTokenizer(pattern, group);
    }
}
