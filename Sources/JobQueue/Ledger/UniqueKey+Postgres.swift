public import Postgres

extension UniqueKey.Release: PostgresEncodable {
    /// What follows `ON CONFLICT` when another job holds the key.
    ///
    /// `WHERE false` changes nothing and still locks the key's row until the transaction ends (manual, INSERT,
    /// "conflict_action"), and a job that gives its key back when it starts has to get that lock first: it starts when
    /// what it is to see is there.
    var conflictAction: String {
        switch self {
        case .finished: "DO NOTHING"
        case .started: "(queue, key) DO UPDATE SET job_id = job_unique_keys.job_id WHERE false"
        }
    }
}
