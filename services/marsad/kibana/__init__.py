"""What people look at: data views, the dashboard and the analysts' role, written through Kibana's own APIs."""
