#if DEBUG
    extension CrashPoint {
        /// What the environment calls it.
        package var name: String {
            switch self {
            case .orderRead: "api.order.read"
            case .orderCommitted: "api.order.committed"
            case .orderPushed: "api.order.pushed"
            case .jobClaimed: "job.claimed"
            case .jobFinished: "job.finished"
            case .stockReserved: "checkout.reserved"
            case .intentCreated: "checkout.intent.created"
            case .intentRecorded: "checkout.intent.recorded"
            case .charged: "checkout.charged"
            case .settled: "checkout.settled"
            case .emailAccepted: "email.accepted"
            case .captured: "payment.captured"
            case .refunded: "payment.refunded"
            case .overdueCanceled: "sweep.canceled"
            case .orderCanceled: "cancel.canceled"
            }
        }
    }
#endif
