import ArgumentParser
import Domain
import Foundation
import Storage

/// One page that explains an order.
struct OrdersShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show an order with its items, payment and emails, and what happened to it in order of time.")

    @Argument(help: "The order's number or id.", transform: OrderReference.parse)
    var order: OrderReference

    @Flag(help: "Write JSON for scripts.")
    var json = false

    func run() async throws {
        let file = try await Services.use { services in try await OrderFile.open(order, with: services) }
        if json {
            try Terminal.writeJSON(OrderFileDocument(file))
            return
        }
        Terminal.write(Self.facts(of: file.order))
        Terminal.write("\nItems:")
        Terminal.write(Self.items(of: file.order))
        if let payment = file.order.payment {
            Terminal.write("\nPayment:")
            Terminal.write(Self.facts(of: payment))
        }
        if !file.order.shipments.isEmpty {
            Terminal.write("\nShipments:")
            Terminal.write(Self.table(of: file.order.shipments))
        }
        if !file.refunds.isEmpty {
            Terminal.write("\nRefunds:")
            Terminal.write(try Self.table(of: file.refunds, at: file.order.rate))
        }
        if !file.disputes.isEmpty {
            Terminal.write("\nDisputes:")
            Terminal.write(Self.table(of: file.disputes))
        }
        if !file.emails.isEmpty {
            Terminal.write("\nEmails:")
            Terminal.write(Self.table(of: file.emails))
        }
        Terminal.write("\nWhat happened:")
        var table = Table([.text("time"), .text("event"), .wide("reason")])
        for entry in OrderTimeline(file).entries {
            table.add([TimeText.moment(entry.at), entry.what, entry.reason ?? ""])
        }
        Terminal.write(table)
        Terminal.write("\nJobs: cartwright jobs list --text \(file.order.id)")
    }

    private static func facts(of order: Order) -> FactSheet {
        var facts = FactSheet()
        facts.add("Order", String(order.number))
        facts.add("Id", order.id.description)
        facts.add("Status", order.status.rawValue)
        facts.add("Rejected", order.rejectionReason)
        facts.add("Fulfillment", order.fulfillment.rawValue)
        facts.add("Customer", order.userID.map { "user \($0)" } ?? "guest")
        // Masked: what is shown here ends up in terminals' histories and in tickets.
        facts.add("Email", order.email?.description)
        facts.add("Total", order.totals.total.description)
        if order.refunded.amount > 0 { facts.add("Refunded", order.refunded.description) }
        if let rate = order.rate {
            facts.add("Rate", "\(rate.value) of \(rate.date), \(rate.source), margin \(rate.margin) %")
        }
        facts.add("Stock held", order.reservedUntil.map { "until " + TimeText.moment($0) })
        facts.add("Placed", TimeText.moment(order.createdAt))
        facts.add("Confirmed", order.confirmedAt.map(TimeText.moment))
        facts.add("Changed", TimeText.moment(order.updatedAt))
        return facts
    }

    private static func items(of order: Order) -> Table {
        var table = Table([.text("sku"), .wide("product"), .number("quantity"), .number("each"), .number("total")])
        for item in order.items {
            table.add([
                item.sku.rawValue, item.name, String(item.quantity.rawValue), item.unitPrice.description,
                item.total.description,
            ])
        }
        return table
    }

    private static func facts(of payment: Payment) -> FactSheet {
        var facts = FactSheet()
        facts.add("Id", payment.id.description)
        facts.add("Status", payment.status.rawValue)
        facts.add("Amount", payment.amount.description)
        if payment.authorized.amount > 0, payment.status == .authorized {
            facts.add("Held", payment.authorized.description)
        }
        if payment.captured.amount > 0 {
            facts.add(
                "Taken",
                payment.captured.description + (payment.captured.amount < payment.amount.amount ? ", a part" : ""))
        }
        facts.add("Card", payment.card.map { "\($0.brand) \($0.lastFour)" })
        facts.add("Provider's id", payment.providerID)
        facts.add("Attempts", String(payment.attempt))
        facts.add("Declined", payment.declineCode)
        return facts
    }

    private static func table(of refunds: [Refund], at rate: AppliedRate?) throws -> Table {
        let baseAmounts = try rate?.baseAmounts(of: refunds) ?? [:]
        var table = Table([
            .text("id"), .number("amount"), .number("in base prices"), .text("status"), .text("made by"),
            .text("reason"), .text("pieces"),
            .text("asked for"), .wide("failed because"),
        ])
        for refund in refunds {
            table.add([
                refund.id.description, refund.amount.description, baseAmounts[refund.id]?.description ?? "–",
                refund.status.rawValue,
                refund.source.rawValue, refund.reason.rawValue, Self.pieces(of: refund),
                TimeText.moment(refund.createdAt), refund.failureReason ?? "",
            ])
        }
        return table
    }

    private static func table(of shipments: [Shipment]) -> Table {
        var table = Table([
            .text("id"), .text("shipped"), .text("delivered"), .text("carrier"), .text("number"), .wide("pieces"),
        ])
        for shipment in shipments {
            table.add([
                shipment.id.description, TimeText.moment(shipment.shippedAt),
                shipment.deliveredAt.map(TimeText.moment) ?? "–", shipment.tracking.carrier ?? "–",
                shipment.tracking.number ?? "–",
                shipment.items.map { "\($0.quantity) × \($0.sku)" }.joined(separator: ", "),
            ])
        }
        return table
    }

    private static func pieces(of refund: Refund) -> String {
        if refund.items.isEmpty { return "–" }
        return refund.items.map { item in
            let shelf =
                !item.restock
                ? "" : item.restocked > 0 ? " (\(item.restocked) back on the shelf)" : " (to be restocked)"
            return "\(item.quantity) × \(item.sku)\(shelf)"
        }.joined(separator: ", ")
    }

    private static func table(of disputes: [DisputeRecord]) -> Table {
        var table = Table([
            .text("provider's id"), .number("amount"), .text("status"), .text("money"), .text("opened"),
            .text("answer by"),
            .wide("reason"),
        ])
        for record in disputes {
            let dispute = record.dispute
            table.add([
                dispute.id.rawValue, dispute.amount.description, dispute.status.rawValue,
                dispute.funds?.rawValue ?? "–",
                TimeText.moment(dispute.openedAt),
                dispute.answerBefore.map(TimeText.moment) ?? "–", dispute.reason,
            ])
        }
        return table
    }

    private static func table(of emails: [OrderEmail]) -> Table {
        var table = Table([
            .text("id"), .text("kind"), .text("status"), .number("tries"), .text("to"), .text("sent"), .wide("reason"),
        ])
        for email in emails {
            table.add([
                email.delivery.id.description, email.delivery.kind.rawValue, email.delivery.status.rawValue,
                String(email.delivery.attempt),
                email.delivery.recipient?.description ?? "erased", email.sentAt.map(TimeText.moment) ?? "–",
                email.bounceReason.map { "bounced: \($0)" } ?? email.reason ?? "",
            ])
        }
        return table
    }
}

/// All that is known about an order.
struct OrderFile: Sendable {
    let order: Order
    let events: [OrderEvent]
    let emails: [OrderEmail]
    let refunds: [Refund]
    let disputes: [DisputeRecord]
    let notes: [OrderNote]

    /// - Throws: ``Failure`` when there is no such order.
    static func open(_ reference: OrderReference, with services: Services) async throws -> OrderFile {
        guard let order = try await order(reference, in: services.orders) else {
            throw Failure("There is no such order.", advice: "Expected an order's number such as 100042, or its id.")
        }
        return OrderFile(
            order: order, events: try await services.orders.events(of: order.id, for: .staff) ?? [],
            emails: try await services.emails.list(about: order.id),
            refunds: try await services.refunds.refunds(of: order.id),
            disputes: try await services.disputes.disputes(about: order.id),
            notes: try await services.orders.notes(about: order.id))
    }

    private static func order(_ reference: OrderReference, in store: OrderStore) async throws -> Order? {
        switch reference {
        case .id(let id): try await store.order(id, for: .staff)
        case .number(let number): try await store.order(number: number, for: .staff)
        }
    }
}

/// What happened to an order and its emails and what staff noted, in order of time.
struct OrderTimeline: Sendable {
    struct Entry: Hashable, Sendable {
        let at: Date
        let what: String
        let reason: String?
    }

    let entries: [Entry]

    init(_ file: OrderFile) {
        let events = file.events.map {
            Entry(at: $0.at, what: "\($0.kind.rawValue) → \($0.status.rawValue)", reason: $0.reason)
        }
        let emails = file.emails.flatMap { email -> [Entry] in
            // The event log has the sending of an email; its beginning and its failures stand with the delivery.
            let (kind, status) = (email.delivery.kind.rawValue, email.delivery.status)
            return [Entry(at: email.createdAt, what: "email \(kind) requested", reason: nil)]
                + (status == .failed || status == .unknown
                    ? [Entry(at: email.updatedAt, what: "email \(kind) \(status.rawValue)", reason: email.reason)] : [])
        }
        let notes = file.notes.map { Entry(at: $0.createdAt, what: "note by \($0.author)", reason: $0.text) }
        // A stable order for what a transaction did at one moment: events in their sequence, then emails, then notes.
        entries = (events + emails + notes).enumerated().sorted {
            ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
        }.map(
            \.element)
    }
}
