import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.*;

/** Prints every change of every article once, as a line of JSON; takes withdrawn ones down. */
class Subscriber {
  public static void main(String[] args) throws Exception {
    var type = "marsad.articles.enriched.v1"; // schemas/articles.enriched.v1.schema.json
    var topic = args.length > 1 ? args[1] : type;
    var options = Map.<String, Object>of("bootstrap.servers", args[0], "group.id", "my-team.java." + topic,
        "auto.offset.reset", "earliest", "enable.auto.commit", false);
    var newest = new HashMap<String, Long>(); // in earnest a column of your table, as in subscriber.py
    var json = new ObjectMapper();
    try (var consumer = new KafkaConsumer<>(options, new StringDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(topic));
      for (;; consumer.commitSync()) { // only when all is dealt with: the rest is delivered again
        for (var record : consumer.poll(Duration.ofSeconds(1))) {
          var header = record.headers().lastHeader("ce_type");
          if (header == null || !type.equals(new String(header.value(), "UTF-8"))) continue;
          var article = json.readTree(record.value());
          var version = article.get("revision").asLong() * 1000 + article.at("/task/generation").asLong();
          if (version <= newest.getOrDefault(article.get("article_id").asText(), 0L)) continue; // again, or late
          newest.put(article.get("article_id").asText(), version);
          var change = article.path("withdrawn").asBoolean() ? "withdrawn" : article.get("change").asText();
          var language = article.at("/enrichment/language/code").asText("und");
          var line = List.of(change, language, article.path("title").asText(), article.get("url").asText());
          System.out.writeBytes((json.writeValueAsString(line) + "\n").getBytes("UTF-8"));
        } } } } }
