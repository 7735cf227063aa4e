/// What becomes of the slots that a schedule missed while no worker ran, or none that could reach PostgreSQL.
public enum CatchUp: Sendable, Hashable {
    /// They are passed over. A slot fires within ``punctuality`` of its time or not at all.
    case none
    /// The latest of them fires.
    case latest
    /// The latest so many of them fire, oldest first; 1 to 1,000.
    case all(limit: Int)

    /// 10 s: a slot that fires so late was not missed. A worker that is restarted needs as long, or one that takes
    /// over.
    public static let punctuality: Duration = .seconds(10)
}
