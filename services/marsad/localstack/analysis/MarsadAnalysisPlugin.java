package marsad.analysis;

import java.io.IOException;
import java.io.Reader;
import java.util.*;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.ar.*;
import org.apache.lucene.analysis.charfilter.*;
import org.apache.lucene.analysis.core.*;
import org.apache.lucene.analysis.en.*;
import org.apache.lucene.analysis.fa.*;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.apache.lucene.analysis.miscellaneous.*;
import org.apache.lucene.analysis.ngram.*;
import org.apache.lucene.analysis.pattern.*;
import org.apache.lucene.analysis.reverse.ReverseStringFilter;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.index.IndexVersion;
import org.elasticsearch.index.analysis.*;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.*;
import org.elasticsearch.xcontent.XContentBuilder;

/** The parts of the server's analysis-common and rest-root modules that the Maven Central zip leaves out, same names. */
public final class MarsadAnalysisPlugin extends Plugin implements AnalysisPlugin, ActionPlugin {
    private ClusterService cluster;

    @Override public Collection<?> createComponents(PluginServices services) { cluster = services.clusterService(); return List.of(); }

    // ---- helpers: norm = also applied to normalizers and wildcard/prefix terms, as in the original
    private record Norm(String name, UnaryOperator<TokenStream> f) implements NormalizingTokenFilterFactory {
        public TokenStream create(TokenStream in) { return f.apply(in); }
    }
    private record Plain(String name, UnaryOperator<TokenStream> f) implements TokenFilterFactory {
        public TokenStream create(TokenStream in) { return f.apply(in); }
    }
    private record Chars(String name, UnaryOperator<Reader> f) implements CharFilterFactory {
        public Reader create(Reader in) { return f.apply(in); }
    }
    private record NormChars(String name, UnaryOperator<Reader> f) implements NormalizingCharFilterFactory {
        public Reader create(Reader in) { return f.apply(in); }
    }
    private record Tok(String name, Supplier<Tokenizer> f) implements TokenizerFactory {
        public Tokenizer create() { return f.get(); }
    }
    private record Ana(String name, Analyzer get) implements AnalyzerProvider<Analyzer> {
        public AnalyzerScope scope() { return AnalyzerScope.INDEX; }
    }
    private static AnalysisProvider<TokenFilterFactory> norm(Function<Settings, UnaryOperator<TokenStream>> f) { return (i, e, n, s) -> new Norm(n, f.apply(s)); }
    private static AnalysisProvider<TokenFilterFactory> plain(Function<Settings, UnaryOperator<TokenStream>> f) { return (i, e, n, s) -> new Plain(n, f.apply(s)); }
    private static AnalysisProvider<TokenizerFactory> tok(Function<Settings, Supplier<Tokenizer>> f) { return (i, e, n, s) -> new Tok(n, f.apply(s)); }
    private static <T> AnalysisProvider<T> needs(AnalysisProvider<T> p) { return AnalysisPlugin.requiresAnalysisSettings(p); }
    private static String must(Settings s, String key) {
        String v = s.get(key);
        if (v == null) throw new IllegalArgumentException(key + " is missing");
        return v;
    }
    private static Pattern regex(Settings s) {
        int flags = 0;
        for (String f : s.get("flags", "").split("\\|")) flags |= switch (f.trim()) {
            case "" -> 0; case "CASE_INSENSITIVE" -> Pattern.CASE_INSENSITIVE; case "UNICODE_CASE" -> Pattern.UNICODE_CASE;
            case "MULTILINE" -> Pattern.MULTILINE; case "DOTALL" -> Pattern.DOTALL; case "COMMENTS" -> Pattern.COMMENTS;
            default -> throw new IllegalArgumentException("Unknown regex flag [" + f + "]"); };
        return Pattern.compile(must(s, "pattern"), flags);
    }
    private static CharArraySet words(Environment e, Settings s, String key) { return Objects.requireNonNullElse(Analysis.getWordSet(e, s, key), CharArraySet.EMPTY_SET); }

    @Override public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        Map<String, AnalysisProvider<TokenFilterFactory>> m = new TreeMap<>();
        m.put("arabic_normalization", norm(s -> ArabicNormalizationFilter::new));
        m.put("persian_normalization", norm(s -> PersianNormalizationFilter::new));
        m.put("decimal_digit", norm(s -> DecimalDigitFilter::new));
        m.put("lowercase", norm(s -> LowerCaseFilter::new));
        m.put("uppercase", norm(s -> UpperCaseFilter::new));
        m.put("trim", norm(s -> TrimFilter::new));
        m.put("asciifolding", norm(s -> { boolean keep = s.getAsBoolean("preserve_original", false); return in -> new ASCIIFoldingFilter(in, keep); }));
        m.put("pattern_replace", needs(norm(s -> { Pattern p = regex(s); String r = s.get("replacement", ""); boolean all = s.getAsBoolean("all", true); return in -> new PatternReplaceFilter(in, p, r, all); })));
        m.put("arabic_stem", plain(s -> ArabicStemFilter::new));
        m.put("porter_stem", plain(s -> PorterStemFilter::new));
        m.put("kstem", plain(s -> KStemFilter::new));
        m.put("reverse", plain(s -> ReverseStringFilter::new));
        m.put("unique", plain(s -> Unique::new));
        m.put("pattern_capture", needs(plain(s -> { Pattern[] ps = s.getAsList("patterns").stream().map(Pattern::compile).toArray(Pattern[]::new); boolean keep = s.getAsBoolean("preserve_original", true); return in -> new PatternCaptureGroupTokenFilter(in, keep, ps); })));
        m.put("remove_duplicates", plain(s -> RemoveDuplicatesTokenFilter::new));
        m.put("length", plain(s -> { int a = s.getAsInt("min", 0), b = s.getAsInt("max", Integer.MAX_VALUE); return in -> new LengthFilter(in, a, b); }));
        m.put("truncate", plain(s -> { int n = s.getAsInt("length", 10); return in -> new TruncateTokenFilter(in, n); }));
        m.put("limit", plain(s -> { int n = s.getAsInt("max_token_count", 1); return in -> new LimitTokenCountFilter(in, n); }));
        m.put("ngram", plain(s -> { int a = s.getAsInt("min_gram", 1), b = s.getAsInt("max_gram", 2); return in -> new NGramTokenFilter(in, a, b, s.getAsBoolean("preserve_original", false)); }));
        m.put("edge_ngram", plain(s -> { int a = s.getAsInt("min_gram", 1), b = s.getAsInt("max_gram", 2); return in -> new EdgeNGramTokenFilter(in, a, b, s.getAsBoolean("preserve_original", false)); }));
        m.put("stemmer", plain(s -> stemmer(s.get("language", s.get("name", "english")))));
        m.put("snowball", plain(s -> { String l = s.get("language", "English"); return in -> new SnowballFilter(in, l); }));
        m.put("keyword_marker", needs((i, e, n, s) -> { CharArraySet w = words(e, s, "keywords"); return new Plain(n, in -> new SetKeywordMarkerFilter(in, w)); }));
        return m;
    }
    private static final class Unique extends TokenFilter {  // a term is kept once in the whole stream
        private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
        private final CharArraySet seen = new CharArraySet(8, false);
        Unique(TokenStream in) { super(in); }
        @Override public boolean incrementToken() throws IOException {
            while (input.incrementToken()) if (seen.add(term.toString())) return true;
            return false;
        }
        @Override public void reset() throws IOException { super.reset(); seen.clear(); }
    }
    private static UnaryOperator<TokenStream> stemmer(String language) {
        String l = language.toLowerCase(Locale.ROOT);
        return switch (l) {
            case "arabic" -> ArabicStemFilter::new;
            case "persian" -> PersianStemFilter::new;
            case "english", "porter" -> PorterStemFilter::new;
            case "light_english", "kstem" -> KStemFilter::new;
            case "minimal_english" -> EnglishMinimalStemFilter::new;
            case "possessive_english" -> EnglishPossessiveFilter::new;
            case "porter2" -> in -> new SnowballFilter(in, "English");
            default -> {
                String name = l.substring(0, 1).toUpperCase(Locale.ROOT) + l.substring(1);
                new SnowballFilter(new KeywordTokenizer(), name);  // an unknown language fails here, not while indexing
                yield in -> new SnowballFilter(in, name);
            }
        };
    }

    @Override public Map<String, AnalysisProvider<CharFilterFactory>> getCharFilters() {
        return Map.of(
            "html_strip", (i, e, n, s) -> new Chars(n, HTMLStripCharFilter::new),
            "pattern_replace", needs((i, e, n, s) -> { Pattern p = regex(s); String r = s.get("replacement", ""); return new NormChars(n, in -> new PatternReplaceCharFilter(p, r, in)); }),
            "mapping", needs((i, e, n, s) -> {
                List<String> rules = Analysis.getWordList(e, s, "mappings");
                if (rules == null) throw new IllegalArgumentException("mapping requires either `mappings` or `mappings_path` to be configured");
                NormalizeCharMap.Builder b = new NormalizeCharMap.Builder();
                for (String rule : rules) {
                    int at = rule.lastIndexOf("=>");
                    if (at < 0) throw new IllegalArgumentException("Invalid Mapping Rule : [" + rule + "]");
                    b.add(unescape(rule.substring(0, at).trim()), unescape(rule.substring(at + 2).trim()));
                }
                NormalizeCharMap map = b.build();
                return new NormChars(n, in -> new MappingCharFilter(map, in));
            }));
    }
    private static String unescape(String s) {
        StringBuilder o = new StringBuilder();
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c != '\\') { o.append(c); continue; }
            if (++i >= s.length()) throw new IllegalArgumentException("Invalid escaped char in [" + s + "]");
            switch (c = s.charAt(i)) {
                case 'n' -> o.append('\n'); case 't' -> o.append('\t'); case 'r' -> o.append('\r'); case 'b' -> o.append('\b'); case 'f' -> o.append('\f');
                case 'u' -> { o.append((char) Integer.parseInt(s.substring(i + 1, i + 5), 16)); i += 4; }
                default -> o.append(c);
            }
        }
        return o.toString();
    }

    @Override public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return Map.of(
            "keyword", tok(s -> KeywordTokenizer::new), "whitespace", tok(s -> WhitespaceTokenizer::new), "letter", tok(s -> LetterTokenizer::new), "uax_url_email", tok(s -> UAX29URLEmailTokenizer::new),
            "ngram", tok(s -> { int a = s.getAsInt("min_gram", 1), b = s.getAsInt("max_gram", 2); return () -> new NGramTokenizer(a, b); }),
            "edge_ngram", tok(s -> { int a = s.getAsInt("min_gram", 1), b = s.getAsInt("max_gram", 2); return () -> new EdgeNGramTokenizer(a, b); }),
            "pattern", tok(s -> { Pattern p = Pattern.compile(s.get("pattern", "\\W+")); int g = s.getAsInt("group", -1); return () -> new PatternTokenizer(p, g); }));
    }
    @Override public List<PreConfiguredTokenizer> getPreConfiguredTokenizers() { return List.of(PreConfiguredTokenizer.singleton("keyword", KeywordTokenizer::new)); }

    @Override public Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> getAnalyzers() {
        Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> m = new TreeMap<>();
        m.put("arabic", (i, e, n, s) -> new Ana(n, new ArabicAnalyzer(Analysis.parseStopWords(e, s, ArabicAnalyzer.getDefaultStopSet()), Analysis.parseStemExclusion(s, CharArraySet.EMPTY_SET))));
        m.put("persian", (i, e, n, s) -> new Ana(n, new PersianAnalyzer(Analysis.parseStopWords(e, s, PersianAnalyzer.getDefaultStopSet()), Analysis.parseStemExclusion(s, CharArraySet.EMPTY_SET))));
        m.put("english", (i, e, n, s) -> new Ana(n, new EnglishAnalyzer(Analysis.parseStopWords(e, s, EnglishAnalyzer.getDefaultStopSet()), Analysis.parseStemExclusion(s, CharArraySet.EMPTY_SET))));
        m.put("french", (i, e, n, s) -> new Ana(n, new FrenchAnalyzer(Analysis.parseStopWords(e, s, FrenchAnalyzer.getDefaultStopSet()), Analysis.parseStemExclusion(s, CharArraySet.EMPTY_SET))));
        return m;
    }

    // ---- GET / (module rest-root): what client.info() and ping() ask
    @Override public Collection<RestHandler> getRestHandlers(Settings settings, org.elasticsearch.common.io.stream.NamedWriteableRegistry registry, RestController controller, org.elasticsearch.common.settings.ClusterSettings clusterSettings, org.elasticsearch.common.settings.IndexScopedSettings indexSettings, org.elasticsearch.common.settings.SettingsFilter filter, org.elasticsearch.cluster.metadata.IndexNameExpressionResolver resolver, Supplier<DiscoveryNodes> nodes, Predicate<NodeFeature> features) {
        return List.of(new BaseRestHandler() {
            @Override public String getName() { return "marsad_root"; }
            @Override public List<Route> routes() { return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/")); }
            @Override protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
                return channel -> {
                    Build b = Build.current();
                    XContentBuilder x = channel.newBuilder();
                    x.startObject().field("name", cluster.getNodeName()).field("cluster_name", cluster.getClusterName().value())
                        .field("cluster_uuid", cluster.state().metadata().clusterUUID())
                        .startObject("version").field("number", b.qualifiedVersion()).field("build_flavor", b.flavor()).field("build_type", b.type().displayName())
                        .field("build_hash", b.hash()).field("build_date", b.date()).field("build_snapshot", b.isSnapshot())
                        .field("lucene_version", IndexVersion.current().luceneVersion().toString())
                        .field("minimum_wire_compatibility_version", b.minWireCompatVersion()).field("minimum_index_compatibility_version", b.minIndexCompatVersion())
                        .endObject().field("tagline", "You Know, for Search").endObject();
                    channel.sendResponse(new RestResponse(RestStatus.OK, x));
                };
            }
        });
    }
}
