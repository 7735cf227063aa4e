extension Reconciliation {
    /// One intent beside what we know of it.
    struct Comparison {
        let intent: PaymentIntent
        /// What of its money has not gone back.
        let left: Money

        private var theirs: PaymentStatus? { PaymentSettlement.paymentStatus(of: intent) }
        private var received: Money { intent.amountReceived ?? intent.amount }

        /// An intent that is stored with a payment.
        func withStored(_ facts: PaymentSnapshot) -> ReconciliationFinding? {
            if let named = intent.orderID, named != facts.orderID {
                return found(.foreign, facts, "It names order \(named) and is stored with another.", .askOperator)
            }
            if theirs == .canceled, facts.payment == .canceled { return nil }
            guard intent.amount == facts.amount else { return differs(facts) }
            switch theirs {
            case .captured: return captured(facts)
            case .authorized: return authorized(facts)
            case .canceled where facts.payment.rank >= PaymentStatus.captured.rank: return ahead(facts)
            case .canceled:
                return found(
                    .behind, facts, "It is canceled; our payment is \(facts.payment.rawValue).",
                    .settle(facts.orderID))
            default: break
            }
            if facts.isPaid { return ahead(facts) }
            // No worker confirms it any more. While the payment is not canceled the sweeper of orphaned intents has it.
            return facts.payment == .canceled
                ? found(.unstoredIntent, facts, "Our payment is canceled.", .cancel) : nil
        }

        private func captured(_ facts: PaymentSnapshot) -> ReconciliationFinding? {
            if facts.payment.rank >= PaymentStatus.captured.rank {
                if intent.amountReceived == nil || intent.captured == facts.captured { return nil }
                return found(
                    .amountDiffers, facts, "Of it \(intent.captured) came; we hold that \(facts.captured) did.",
                    .settle(facts.orderID))
            }
            if facts.payment == .canceled { return lateMoney(facts) }
            return found(
                facts.order.isOpen || facts.order.isPaid ? .behind : .lateMoney, facts,
                "The money has moved; our payment is \(facts.payment.rawValue).", .settle(facts.orderID))
        }

        private func authorized(_ facts: PaymentSnapshot) -> ReconciliationFinding? {
            if facts.payment == .authorized { return nil }
            if facts.isPaid { return ahead(facts) }
            if facts.payment == .canceled {
                return found(.lateMoney, facts, "Money is held for a payment that is canceled.", .cancel)
            }
            return found(
                facts.order.isOpen || facts.order.isPaid ? .behind : .lateMoney, facts,
                "Money is held; our payment is \(facts.payment.rawValue).", .settle(facts.orderID))
        }

        /// An intent that names an order of ours and is not stored with its payment. It has never been: what is stored
        /// stays.
        func withNamed(_ facts: PaymentSnapshot) -> ReconciliationFinding? {
            if theirs == .canceled { return nil }
            guard intent.paymentID == facts.paymentID else {
                return foreign("It names order \(facts.orderID) and not its payment.")
            }
            switch theirs {
            case .captured: return moved(facts)
            case .authorized:
                guard facts.intentID == nil, facts.takesMoney else {
                    return found(
                        .unstoredIntent, facts,
                        "It holds money that the order, \(facts.order.rawValue), has no use for.", .cancel)
                }
                if intent.amount != facts.amount { return differs(facts) }
                return found(.unstoredIntent, facts, "It holds the order's money.", .settle(facts.orderID))
            default: break
            }
            if facts.intentID != nil || !facts.takesMoney {
                return found(
                    .unstoredIntent, facts, "No worker will confirm it: the order is \(facts.order.rawValue).", .cancel)
            }
            guard facts.order == .reserved, facts.payment == .created, intent.amount == facts.amount else { return nil }
            return found(.unstoredIntent, facts, "The order's payment has no intent yet.", .adopt(facts.orderID))
        }

        /// Money moved on an intent that is not stored.
        private func moved(_ facts: PaymentSnapshot) -> ReconciliationFinding? {
            if facts.intentID != nil {
                guard left.amount > 0 else { return nil }
                return found(
                    .secondCharge, facts, "The order is paid with another intent, or can only be.",
                    .refund(left, .duplicate, facts.paymentID))
            }
            if facts.takesMoney || facts.payment.canBecome(.captured) {
                guard intent.amount == facts.amount else { return differs(facts) }
                return found(
                    facts.order.isOpen ? .unstoredIntent : .lateMoney, facts,
                    "The money has moved; the order is \(facts.order.rawValue).",
                    .settle(facts.orderID))
            }
            return lateMoney(facts)
        }

        private func lateMoney(_ facts: PaymentSnapshot) -> ReconciliationFinding? {
            guard left.amount > 0 else { return nil }
            return found(
                .lateMoney, facts,
                "The money has moved; the order is \(facts.order.rawValue) and its payment is canceled.",
                .refund(left, .latePayment, facts.paymentID))
        }

        /// An intent of an order that we do not have. The proof is the payment that it names, where it is of this
        /// shop's making.
        func ofUnknownOrder(proof: Payment.ID?) -> ReconciliationFinding? {
            switch theirs {
            case .canceled: return nil
            case .captured:
                guard left.amount > 0 else { return nil }
                return found(
                    .orderUnknown, nil, "The money has moved for an order that is not in the database.",
                    proof.map { .refund(left, .orderUnknown, $0) } ?? .askOperator)
            case .authorized:
                return found(
                    .orderUnknown, nil, "Money is held for an order that is not in the database.",
                    proof == nil ? .askOperator : .cancel)
            default:
                return proof == nil
                    ? nil
                    : found(
                        .unstoredIntent, nil, "No worker will confirm it: the order is not in the database.", .cancel)
            }
        }

        /// Money that is not of our making. An intent that has not moved any needs no action.
        func foreign(_ reason: String) -> ReconciliationFinding? {
            intent.status.isPaid ? found(.foreign, nil, reason, .askOperator) : nil
        }

        private func differs(_ facts: PaymentSnapshot) -> ReconciliationFinding {
            found(
                .amountDiffers, facts,
                "It is over \(intent.amount), of which \(received) came; ours is \(facts.amount).", .askOperator)
        }

        private func ahead(_ facts: PaymentSnapshot) -> ReconciliationFinding {
            found(
                .ahead, facts, "Our payment is \(facts.payment.rawValue); the provider's is \(intent.status.rawValue).",
                .askOperator)
        }

        private func found(
            _ kind: BreakKind, _ facts: PaymentSnapshot?, _ reason: String,
            _ resolution: ReconciliationFinding.Resolution
        ) -> ReconciliationFinding {
            ReconciliationFinding(
                kind, .intent, intent.id.rawValue, orderID: facts?.orderID ?? intent.orderID, amount: intent.amount,
                reason: reason,
                resolution: resolution)
        }
    }
}
