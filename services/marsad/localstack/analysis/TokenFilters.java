package marsad.analysis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.ar.ArabicNormalizationFilter;
import org.apache.lucene.analysis.ar.ArabicStemFilter;
import org.apache.lucene.analysis.core.DecimalDigitFilter;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.core.UpperCaseFilter;
import org.apache.lucene.analysis.en.EnglishMinimalStemFilter;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.KStemFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.fa.PersianNormalizationFilter;
import org.apache.lucene.analysis.fa.PersianStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.miscellaneous.LimitTokenCountFilter;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.miscellaneous.SetKeywordMarkerFilter;
import org.apache.lucene.analysis.miscellaneous.TrimFilter;
import org.apache.lucene.analysis.miscellaneous.TruncateTokenFilter;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenFilter;
import org.apache.lucene.analysis.ngram.NGramTokenFilter;
import org.apache.lucene.analysis.pattern.PatternCaptureGroupTokenFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceFilter;
import org.apache.lucene.analysis.reverse.ReverseStringFilter;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** Token filters beside the core's own `stop` and `shingle`; settings and defaults are those of analysis-common. */
final class TokenFilters {
    private TokenFilters() {}

    static Map<String, AnalysisProvider<TokenFilterFactory>> all() {
        Map<String, AnalysisProvider<TokenFilterFactory>> all = new TreeMap<>();
        addNormalizing(all);
        addStemming(all);
        addSelecting(all);
        addSplitting(all);
        return all;
    }

    private static void addNormalizing(Map<String, AnalysisProvider<TokenFilterFactory>> all) {
        all.put("arabic_normalization", Parts.normalizing(settings -> ArabicNormalizationFilter::new));
        all.put("asciifolding", Parts.normalizing(TokenFilters::asciiFolding));
        all.put("decimal_digit", Parts.normalizing(settings -> DecimalDigitFilter::new));
        all.put("lowercase", Parts.normalizing(settings -> LowerCaseFilter::new));
        all.put("pattern_replace", Parts.configured(Parts.normalizing(TokenFilters::patternReplace)));
        all.put("persian_normalization", Parts.normalizing(settings -> PersianNormalizationFilter::new));
        all.put("trim", Parts.normalizing(settings -> TrimFilter::new));
        all.put("uppercase", Parts.normalizing(settings -> UpperCaseFilter::new));
    }

    private static void addStemming(Map<String, AnalysisProvider<TokenFilterFactory>> all) {
        all.put("arabic_stem", Parts.filter(settings -> ArabicStemFilter::new));
        all.put("keyword_marker", Parts.configured(Parts.filter(TokenFilters::keywordMarker)));
        all.put("kstem", Parts.filter(settings -> KStemFilter::new));
        all.put("porter_stem", Parts.filter(settings -> PorterStemFilter::new));
        all.put("snowball", Parts.filter(settings -> snowball(settings.get("language", "English"))));
        all.put("stemmer", Parts.filter(TokenFilters::stemmer));
    }

    private static void addSelecting(Map<String, AnalysisProvider<TokenFilterFactory>> all) {
        all.put("length", Parts.filter(TokenFilters::length));
        all.put("limit", Parts.filter(TokenFilters::limit));
        all.put("remove_duplicates", Parts.filter(settings -> RemoveDuplicatesTokenFilter::new));
        all.put("truncate", Parts.filter(TokenFilters::truncate));
        all.put("unique", Parts.filter(settings -> UniqueFilter::new));
    }

    private static void addSplitting(Map<String, AnalysisProvider<TokenFilterFactory>> all) {
        all.put("edge_ngram", Parts.filter(TokenFilters::edgeNgram));
        all.put("ngram", Parts.filter(TokenFilters::ngram));
        all.put("pattern_capture", Parts.configured(Parts.filter(TokenFilters::patternCapture)));
        all.put("reverse", Parts.filter(settings -> ReverseStringFilter::new));
    }

    private static UnaryOperator<TokenStream> asciiFolding(Settings settings) {
        boolean keep = settings.getAsBoolean("preserve_original", false);
        return input -> new ASCIIFoldingFilter(input, keep);
    }

    private static UnaryOperator<TokenStream> patternReplace(Settings settings) {
        Pattern pattern = Parts.pattern(settings);
        String replacement = settings.get("replacement", "");
        boolean everywhere = settings.getAsBoolean("all", true);
        return input -> new PatternReplaceFilter(input, pattern, replacement, everywhere);
    }

    private static UnaryOperator<TokenStream> patternCapture(Settings settings) {
        Pattern[] patterns = settings.getAsList("patterns").stream().map(Pattern::compile).toArray(Pattern[]::new);
        boolean keep = settings.getAsBoolean("preserve_original", true);
        return input -> new PatternCaptureGroupTokenFilter(input, keep, patterns);
    }

    private static UnaryOperator<TokenStream> keywordMarker(Environment environment, Settings settings) {
        CharArraySet keywords = Parts.words(environment, settings, "keywords");
        return input -> new SetKeywordMarkerFilter(input, keywords);
    }

    private static UnaryOperator<TokenStream> length(Settings settings) {
        int shortest = settings.getAsInt("min", 0);
        int longest = settings.getAsInt("max", Integer.MAX_VALUE);
        return input -> new LengthFilter(input, shortest, longest);
    }

    private static UnaryOperator<TokenStream> limit(Settings settings) {
        int tokens = settings.getAsInt("max_token_count", 1);
        return input -> new LimitTokenCountFilter(input, tokens);
    }

    private static UnaryOperator<TokenStream> truncate(Settings settings) {
        int characters = settings.getAsInt("length", 10);
        return input -> new TruncateTokenFilter(input, characters);
    }

    private static UnaryOperator<TokenStream> ngram(Settings settings) {
        int shortest = settings.getAsInt("min_gram", 1);
        int longest = settings.getAsInt("max_gram", 2);
        boolean keep = settings.getAsBoolean("preserve_original", false);
        return input -> new NGramTokenFilter(input, shortest, longest, keep);
    }

    private static UnaryOperator<TokenStream> edgeNgram(Settings settings) {
        int shortest = settings.getAsInt("min_gram", 1);
        int longest = settings.getAsInt("max_gram", 2);
        boolean keep = settings.getAsBoolean("preserve_original", false);
        return input -> new EdgeNGramTokenFilter(input, shortest, longest, keep);
    }

    private static UnaryOperator<TokenStream> stemmer(Settings settings) {
        String name = settings.get("language", settings.get("name", "english")).toLowerCase(Locale.ROOT);
        return switch (name) {
            case "arabic" -> ArabicStemFilter::new;
            case "persian" -> PersianStemFilter::new;
            case "english", "porter" -> PorterStemFilter::new;
            case "light_english", "kstem" -> KStemFilter::new;
            case "minimal_english" -> EnglishMinimalStemFilter::new;
            case "possessive_english" -> EnglishPossessiveFilter::new;
            case "porter2" -> snowball("English");
            default -> snowball(name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1));
        };
    }

    private static UnaryOperator<TokenStream> snowball(String language) {
        try (TokenStream probe = new SnowballFilter(new KeywordTokenizer(), language)) {
            return input -> new SnowballFilter(input, language);  // an unknown language failed above already
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
