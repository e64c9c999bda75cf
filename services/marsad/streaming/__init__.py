"""Kafka: the only importer of faust and aiokafka. Runners, the offset window, lanes, dead letters, the ledger."""
