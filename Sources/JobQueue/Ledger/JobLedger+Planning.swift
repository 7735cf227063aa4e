import Postgres

extension JobLedger {
    /// The rows of a batch's arrays, in a form in which a plan that is made once for all batches expects few of them.
    ///
    /// Without the limit the planner expects ten rows of an array that it does not know, and joins them to a partition
    /// that was still empty when it planned, as one is at the beginning of every day, by reading that whole partition.
    /// Of a limit that it does not know it expects a tenth.
    static func batch(_ arrays: SQL, count: Int) -> SQL { "SELECT * FROM \(arrays) LIMIT \(count)" }

    /// The column `state` in a form that no partial index answers to: a row whose id is known is to be found by its id.
    ///
    /// An index of the jobs that run seems shorter to the planner than that of all ids. But it keeps an entry of every
    /// job that ever ran for as long as a transaction, a backup say, may still see it, and each statement would read
    /// them all.
    static func state(of table: SQL = "jobs") -> SQL { "(\(table).state || '')" }
}
