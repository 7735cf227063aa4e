#if DEBUG
    /// When a process is to end or stand still, as its environment says it: `name[@job][:pass]`.
    struct CrashOrder: Sendable, Equatable {
        let point: CrashPoint
        /// Only in jobs of this kind.
        let job: String?
        /// The how manyeth time, from 1.
        let pass: Int

        /// Nil when there is no such point, or the number is none.
        init?(_ text: String) {
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let names = parts[0].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
            guard let point = CrashPoint.allCases.first(where: { $0.name == names[0] }) else { return nil }
            guard let pass = parts.count > 1 ? Int(parts[1]) : 1, pass > 0 else { return nil }
            self.point = point
            self.pass = pass
            job = names.count > 1 ? String(names[1]) : nil
        }

        /// Whether this is the point that is meant, whichever time it is.
        func means(_ point: CrashPoint, of job: String?) -> Bool {
            self.point == point && (self.job == nil || self.job == job)
        }
    }
#endif
