import Domain
import HTTPTypes
import Hummingbird
import Resilience
import Storage

/// What staff write down about an order, and where they send it instead.
extension AdminOrderRoutes {
    func addEdits(to routes: inout Routes) {
        routes.patch("admin/orders/{id}", audience: .operators, limit: .admin, use: changeAddress)
        routes.post("admin/orders/{id}/notes", audience: .support, limit: .admin, use: note)
    }

    /// Only the address can be changed: what was bought and paid stands.
    @Sendable func changeAddress(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let user = context.viewer.user else { throw Problem.unauthorized }
        var fields = try await request.fields()
        let address = fields.address("shipping_address")
        guard fields.isComplete, let address else { throw fields.rejection }
        let outcome = try await orders.changeAddress(
            of: try context.orderID(), to: address, by: .user(user), remoteAddress: context.remoteAddress)
        switch outcome {
        case .changed: return try JSONResponse.response(try await body(try await order(context)))
        case .alreadyShipped: throw Problem.addressOfShippedOrder
        case .notChangeable(let status): throw Problem.addressNotChangeable(status)
        case .unknownOrder: throw Problem.notFound("order")
        }
    }

    @Sendable func note(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let user = context.viewer.user else { throw Problem.unauthorized }
        var fields = try await request.fields()
        let text = fields.noteText("text")
        guard fields.isComplete, let text else { throw fields.rejection }
        switch try await orders.note(
            text, about: try context.orderID(), by: .user(user), remoteAddress: context.remoteAddress)
        {
        case .noted(let note): return try JSONResponse.response(OrderNoteDocument(note), status: .created)
        case .tooManyNotes(let limit): throw Problem.tooManyNotes(limit)
        case .unknownOrder: throw Problem.notFound("order")
        }
    }
}

extension RequestFields {
    /// A text of several lines, without other control characters and without what looks like the number of a card.
    fileprivate mutating func noteText(_ field: String) -> String? {
        guard let text = string(field) else { return nil }
        let isControl = text.unicodeScalars.contains {
            $0.properties.generalCategory == .control && $0 != "\n" && $0 != "\t" && $0 != "\r"
        }
        if isControl {
            note(field, .invalidCharacter, "Control characters other than tabs and ends of lines are not allowed.")
        } else if CardNumber.occurs(in: text, .lenient) {
            note(field, .notAllowed, Self.cardNumberRefused)
        } else if text.allSatisfy(\.isWhitespace) {
            note(field, .tooShort, "Write something.")
        } else if !OrderNote.length.contains(text.storedLength) {
            note(field, .tooLong, "At most \(OrderNote.length.upperBound) characters are allowed.")
        } else {
            return text
        }
        return nil
    }
}

extension Problem {
    static var addressOfShippedOrder: Problem {
        Problem(
            "order_already_shipped", .conflict, "Order already shipped",
            "Something of the order is shipped: its address stays as it is.")
    }

    static func addressNotChangeable(_ status: OrderStatus) -> Problem {
        Problem(
            "order_address_not_changeable", .conflict, "Address not changeable",
            "The order is \(status.rawValue) and is not shipped any more, or its customer's data was erased.")
    }

    static func tooManyNotes(_ limit: Int) -> Problem {
        Problem("too_many_notes", .conflict, "Too many notes", "An order has at most \(limit) notes.")
    }
}
