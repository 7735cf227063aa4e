import Storage

/// Whether money that is set aside is about to be let go.
struct CaptureCheckup: Sendable {
    let services: Services

    func findings() async -> [Finding] {
        do {
            return [Self.judge(try await services.captures.due(within: .seconds(86_400)))]
        } catch {
            return [.failed("payments.capture", error)]
        }
    }

    static func judge(_ due: [DueCapture]) -> Finding {
        guard let first = due.first else {
            return .ok("payments.capture", "no money that is set aside is about to be let go")
        }
        return .warning(
            "payments.capture",
            "money of \(counted(due.count, "order")) is let go soon, the first at \(TimeText.moment(first.before))",
            "Take it with: cartwright orders capture \(first.orderNumber)")
    }
}
