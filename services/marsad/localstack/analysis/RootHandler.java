package marsad.analysis;

import static org.elasticsearch.rest.RestRequest.Method.GET;
import static org.elasticsearch.rest.RestRequest.Method.HEAD;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.index.IndexVersion;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.xcontent.XContentBuilder;

/** {@code GET /} and {@code HEAD /}: who answers, and in which version; clients ask it first. */
final class RootHandler extends BaseRestHandler {
    private final Supplier<ClusterService> cluster;

    RootHandler(Supplier<ClusterService> cluster) {
        this.cluster = cluster;
    }

    @Override
    public String getName() {
        return "marsad_root";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(GET, "/"), new Route(HEAD, "/"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        return channel -> channel.sendResponse(new RestResponse(RestStatus.OK, describe(channel.newBuilder())));
    }

    private XContentBuilder describe(XContentBuilder answer) throws IOException {
        ClusterService service = cluster.get();
        Build build = Build.current();
        answer.startObject();
        answer.field("name", service.getNodeName());
        answer.field("cluster_name", service.getClusterName().value());
        answer.field("cluster_uuid", service.state().metadata().clusterUUID());
        answer.startObject("version");
        answer.field("number", build.qualifiedVersion());
        answer.field("build_flavor", build.flavor());
        answer.field("build_type", build.type().displayName());
        answer.field("build_hash", build.hash());
        answer.field("build_date", build.date());
        answer.field("build_snapshot", build.isSnapshot());
        answer.field("lucene_version", IndexVersion.current().luceneVersion().toString());
        answer.field("minimum_wire_compatibility_version", build.minWireCompatVersion());
        answer.field("minimum_index_compatibility_version", build.minIndexCompatVersion());
        answer.endObject();
        return answer.field("tagline", "You Know, for Search").endObject();
    }
}
