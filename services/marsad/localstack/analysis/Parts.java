package marsad.analysis;

import java.io.Reader;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.AnalyzerProvider;
import org.elasticsearch.index.analysis.AnalyzerScope;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingCharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;

/**
 * Lucene's parts in the shapes that Elasticsearch registers. A <em>normalizing</em> part changes characters only, and
 * is therefore also applied in normalizers and to the terms of wildcard and prefix queries.
 */
final class Parts {
    private Parts() {}

    private record NormalizingFilter(String name, UnaryOperator<TokenStream> wrap)
        implements NormalizingTokenFilterFactory {
        @Override
        public TokenStream create(TokenStream input) {
            return wrap.apply(input);
        }
    }

    private record Filter(String name, UnaryOperator<TokenStream> wrap) implements TokenFilterFactory {
        @Override
        public TokenStream create(TokenStream input) {
            return wrap.apply(input);
        }
    }

    private record NormalizingCharacters(String name, UnaryOperator<Reader> wrap)
        implements NormalizingCharFilterFactory {
        @Override
        public Reader create(Reader input) {
            return wrap.apply(input);
        }
    }

    private record Characters(String name, UnaryOperator<Reader> wrap) implements CharFilterFactory {
        @Override
        public Reader create(Reader input) {
            return wrap.apply(input);
        }
    }

    private record Splitter(String name, Supplier<Tokenizer> make) implements TokenizerFactory {
        @Override
        public Tokenizer create() {
            return make.get();
        }
    }

    private record Whole(String name, Analyzer get) implements AnalyzerProvider<Analyzer> {
        @Override
        public AnalyzerScope scope() {
            return AnalyzerScope.INDEX;
        }
    }

    /** Builds a part from a component's settings; what it throws is reported when the index is created. */
    interface Builder<T> {
        T build(Environment environment, Settings settings);
    }

    static AnalysisProvider<TokenFilterFactory> normalizing(Function<Settings, UnaryOperator<TokenStream>> build) {
        return (index, environment, name, settings) -> new NormalizingFilter(name, build.apply(settings));
    }

    static AnalysisProvider<TokenFilterFactory> filter(Function<Settings, UnaryOperator<TokenStream>> build) {
        return (index, environment, name, settings) -> new Filter(name, build.apply(settings));
    }

    static AnalysisProvider<TokenFilterFactory> filter(Builder<UnaryOperator<TokenStream>> build) {
        return (index, environment, name, settings) -> new Filter(name, build.build(environment, settings));
    }

    static AnalysisProvider<CharFilterFactory> normalizingCharacters(Builder<UnaryOperator<Reader>> build) {
        return (index, environment, name, settings) ->
            new NormalizingCharacters(name, build.build(environment, settings));
    }

    static AnalysisProvider<CharFilterFactory> characters(UnaryOperator<Reader> wrap) {
        return (index, environment, name, settings) -> new Characters(name, wrap);
    }

    static AnalysisProvider<TokenizerFactory> tokenizer(Function<Settings, Supplier<Tokenizer>> build) {
        return (index, environment, name, settings) -> new Splitter(name, build.apply(settings));
    }

    static AnalysisProvider<AnalyzerProvider<? extends Analyzer>> analyzer(Builder<Analyzer> build) {
        return (index, environment, name, settings) -> new Whole(name, build.build(environment, settings));
    }

    /** Marks a part that means nothing without settings, so that no default instance of it is made. */
    static <T> AnalysisProvider<T> configured(AnalysisProvider<T> provider) {
        return AnalysisPlugin.requiresAnalysisSettings(provider);
    }

    static String required(Settings settings, String key) {
        String value = settings.get(key);
        if (value == null) {
            throw new IllegalArgumentException(key + " is missing");
        }
        return value;
    }

    static CharArraySet words(Environment environment, Settings settings, String key) {
        return Objects.requireNonNullElse(Analysis.getWordSet(environment, settings, key), CharArraySet.EMPTY_SET);
    }

    /** The expression {@code pattern} under {@code flags}, names of {@link Pattern}'s flags with a bar between them. */
    static Pattern pattern(Settings settings) {
        int flags = 0;
        for (String flag : settings.get("flags", "").split("\\|")) {
            flags |= switch (flag.trim()) {
                case "" -> 0;
                case "CASE_INSENSITIVE" -> Pattern.CASE_INSENSITIVE;
                case "UNICODE_CASE" -> Pattern.UNICODE_CASE;
                case "MULTILINE" -> Pattern.MULTILINE;
                case "DOTALL" -> Pattern.DOTALL;
                case "COMMENTS" -> Pattern.COMMENTS;
                default -> throw new IllegalArgumentException("Unknown regex flag [" + flag + "]");
            };
        }
        return Pattern.compile(required(settings, "pattern"), flags);
    }
}
