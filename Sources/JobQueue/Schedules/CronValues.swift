/// The numbers that one field of a cron expression allows.
struct CronValues: Sendable, Hashable {
    /// Bit *n* stands for the number *n*; all numbers are below 60.
    private var bits: UInt64 = 0
    /// Whether the field begins with `*`, also as in `*/5`. By this cron tells a field that restricts from one that
    /// does not.
    let isWildcard: Bool

    init(isWildcard: Bool) {
        self.isWildcard = isWildcard
    }

    mutating func insert(_ number: Int) {
        bits |= 1 << UInt64(number)
    }

    func contains(_ number: Int) -> Bool {
        bits >> UInt64(number) & 1 == 1
    }

    /// The least number that is allowed and not below `number`.
    func next(from number: Int) -> Int? {
        guard number < UInt64.bitWidth else { return nil }
        let rest = bits >> UInt64(number)
        return rest == 0 ? nil : number + rest.trailingZeroBitCount
    }

    /// The least of all; a field that was parsed is never empty.
    var first: Int { bits.trailingZeroBitCount }
}
