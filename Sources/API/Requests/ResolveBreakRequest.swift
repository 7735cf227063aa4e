/// Body of `POST /admin/reconciliation/{id}/resolve`.
struct ResolveBreakRequest: Equatable {
    /// What was done about it.
    let note: String

    init(_ fields: consuming RequestFields) throws(Problem) {
        let note = fields.text("note", 1...1000)
        guard fields.isComplete, let note else { throw fields.rejection }
        self.note = note
    }
}
