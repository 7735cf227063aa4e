public import Postgres

// Ids and queue names stand in SQL as their raw values.
extension JobID: PostgresEncodable, PostgresDecodable {}
extension QueueName: PostgresEncodable, PostgresDecodable {}
