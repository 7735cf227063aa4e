import Postgres

extension JobLedger {
    /// The rows of a batch's arrays, in a form in which a plan that is made once for all batches expects few of them.
    ///
    /// Without the limit the planner expects ten rows of an array that it does not know, and joins them to a partition that was still empty when it
    /// planned, as one is at the beginning of every day, by reading that whole partition. Of a limit that it does not know it expects a tenth.
    static func batch(_ arrays: SQL, count: Int) -> SQL { "SELECT * FROM \(arrays) LIMIT \(count)" }
}
