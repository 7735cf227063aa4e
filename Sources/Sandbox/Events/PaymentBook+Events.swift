extension PaymentBook {
    /// What the provider tells of a change, in the order in which it happened. The change is not yet applied.
    func events(of change: BookChange, from origin: EventOrigin) -> [Event] {
        var events: [Event] = []
        if let intent = change.intent { events += self.events(of: intent, from: origin) }
        if let refund = change.refund { events += self.events(of: refund, from: origin) }
        if let dispute = change.dispute { events += self.events(of: dispute, from: origin) }
        return events
    }

    private func events(of dispute: Dispute, from origin: EventOrigin) -> [Event] {
        let kinds: [EventKind] =
            switch dispute.status {
            case .needsResponse: [.disputeCreated, .disputeWithdrawn]
            case .won: [.disputeReinstated, .disputeClosed]
            case .lost: [.disputeClosed]
            }
        return kinds.map { Event($0, dispute.wire, orderID: intents[dispute.intent]?.orderID, from: origin) }
    }

    private func events(of intent: PaymentIntent, from origin: EventOrigin) -> [Event] {
        let before = intents[intent.id]
        var kinds: [EventKind] = before == nil ? [.intentCreated] : []
        switch intent.status {
        case .requiresConfirmation: break
        // Every step that ends here with a decline was one; an intent just made without a card has none.
        case .requiresPaymentMethod: kinds += intent.lastDecline == nil ? [] : [.intentFailed]
        case .requiresAction: kinds.append(.intentRequiresAction)
        case .processing: kinds.append(.intentProcessing)
        case .requiresCapture: kinds += [.chargeSucceeded, .intentCapturable]
        case .succeeded: kinds += [before?.status == .requiresCapture ? .chargeCaptured : .chargeSucceeded, .intentSucceeded]
        case .canceled: kinds.append(.intentCanceled)
        }
        return kinds.map { kind in
            let isOfCharge = kind == .chargeSucceeded || kind == .chargeCaptured
            return Event(kind, isOfCharge ? intent.chargeWire(refunded: 0) : intent.wire, orderID: intent.orderID, from: origin)
        }
    }

    private func events(of refund: Refund, from origin: EventOrigin) -> [Event] {
        guard let intent = intents[refund.intent] else { return [] }
        let isNew = refunds[refund.id] == nil
        // A failed refund is announced under both names, as the provider does: whoever handles one must bear the other.
        let kinds: [EventKind] = isNew ? [.refundCreated] : refund.status == .failed ? [.refundUpdated, .refundFailed] : [.refundUpdated]
        var events = kinds.map { Event($0, refund.wire, orderID: intent.orderID, from: origin) }
        if isNew {
            let total = refunded[intent.id, default: 0] + refund.amount
            events.append(Event(.chargeRefunded, intent.chargeWire(refunded: total), orderID: intent.orderID, from: origin))
        }
        return events
    }
}
