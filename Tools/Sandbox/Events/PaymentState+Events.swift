import JSON

extension PaymentState {
    /// The events of a change, in the order in which it happened. The change is not yet applied.
    func events(of change: BookChange, from origin: EventOrigin) -> [Event] {
        var events: [Event] = []
        if let intent = change.intent { events += self.events(of: intent, change.charge, from: origin) }
        if let refund = change.refund { events += self.events(of: refund, from: origin) }
        if let dispute = change.dispute { events += self.events(of: dispute, from: origin) }
        return events
    }

    private func events(of intent: PaymentIntent, _ charge: Charge?, from origin: EventOrigin) -> [Event] {
        let before = intents[intent.id]
        var kinds: [EventKind] = before == nil ? [.intentCreated] : []
        // A change of what is known of a payment, not of where it stands, is not told.
        let isStep =
            before == nil || before?.status != intent.status || before?.lastDecline != intent.lastDecline
            || charge != nil
        switch intent.status {
        case _ where !isStep: break
        case .requiresConfirmation: break
        // Every step that ends here with a decline was one; an intent just made without a card has none.
        case .requiresPaymentMethod where intent.lastDecline != nil:
            kinds += (charge == nil ? [] : [.chargeFailed]) + [.intentFailed]
        case .requiresPaymentMethod: break
        case .requiresAction: kinds.append(.intentRequiresAction)
        case .processing: kinds.append(.intentProcessing)
        case .requiresCapture: kinds += [.chargeSucceeded, .intentCapturable]
        case .succeeded:
            kinds += [before?.status == .requiresCapture ? .chargeCaptured : .chargeSucceeded, .intentSucceeded]
        case .canceled: kinds.append(.intentCanceled)
        }
        return kinds.map { kind in
            let isOfCharge = [.chargeSucceeded, .chargeFailed, .chargeCaptured].contains(kind)
            let object = isOfCharge ? charge.map { wire(of: $0, intent: intent) } ?? .null : intent.wire
            return Event(kind, object, orderID: intent.orderID, from: origin)
        }
    }

    /// A refund is reported under the names that the account's version has for it, those of all refunds and those of
    /// refunds of charges: a receiver that handles one must bear the other.
    private func events(of refund: Refund, from origin: EventOrigin) -> [Event] {
        guard let intent = intents[refund.intent] else { return [] }
        let (before, isNewer) = (refunds[refund.id], origin.version.namesRefundEventsAlike)
        if before == nil {
            let charge = refund.charge.flatMap { charges[$0] }
            let was = JSONValue.object([
                ("amount_refunded", .integer((charge?.released ?? 0) + refunded[intent.id, default: 0]))
            ])
            let total = charge.map { wire(of: $0, more: refund.amount) } ?? .null
            return (isNewer ? [Event(.refundCreated, refund.wire, orderID: intent.orderID, from: origin)] : [])
                + [Event(.chargeRefunded, total, was: was, orderID: intent.orderID, from: origin)]
        }
        var was: [(String, JSONValue)] = []
        if let before, before.metadata != refund.metadata { was.append(("metadata", .strings(before.metadata))) }
        if let before, before.status != refund.status { was.append(("status", .string(before.status.rawValue))) }
        if refund.failureReason != before?.failureReason { was.append(("failure_reason", .null)) }
        var kinds: [EventKind] = isNewer ? [.refundUpdated] : []
        kinds.append(.chargeRefundUpdated)
        if isNewer, refund.status == .failed, before?.status != .failed { kinds.append(.refundFailed) }
        return kinds.map { kind in
            Event(
                kind, refund.wire, was: kind == .refundFailed ? nil : .object(was), orderID: intent.orderID,
                from: origin)
        }
    }

    private func events(of dispute: Dispute, from origin: EventOrigin) -> [Event] {
        let before = disputes[dispute.id]
        var kinds: [EventKind] = []
        if before == nil {
            kinds = dispute.isInquiry ? [.disputeCreated] : [.disputeCreated, .disputeWithdrawn]
        } else if before?.isInquiry == true, dispute.status == .needsResponse {
            kinds = [.disputeUpdated, .disputeWithdrawn]
        } else if before?.status != dispute.status, dispute.status.isFinal {
            kinds = dispute.status == .won ? [.disputeReinstated, .disputeClosed] : [.disputeClosed]
        } else {
            kinds = [.disputeUpdated]
        }
        return kinds.map { kind in
            Event(
                kind, dispute.wire, was: kind == .disputeUpdated ? before.map { dispute.changes(since: $0) } : nil,
                orderID: intents[dispute.intent]?.orderID, from: origin)
        }
    }
}
