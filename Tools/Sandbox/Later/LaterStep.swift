/// Something that will happen without anybody calling, once time has passed.
enum LaterStep: Sendable, Hashable {
    /// A refund arrives or bounces.
    case refund(String)
    /// The customer of an intent asks the money back.
    case dispute(intent: String)
    /// The bank has read the evidence.
    case verdict(dispute: String)
    /// A payment that takes days is through, or is not.
    case processing(intent: String)
}
