"""What travels over Kafka: a model of every topic's payload, ids, the envelope, states. Imports nothing of ours."""
