import Domain
import HTTPTypes
import Storage

/// How calling an order off is answered: 200 when the order is over, 202 while its payment is being called off.
struct CancelAnswer {
    let order: Order
    let status: HTTPResponse.Status
    var headers: HTTPFields { status == .accepted ? .comeAgain() : [:] }

    init(_ outcome: CancelOutcome) throws(Problem) {
        switch outcome {
        case .cancelled(let order), .alreadyOver(let order): (self.order, status) = (order, .ok)
        case .started(let order): (self.order, status) = (order, .accepted)
        case .alreadySent(let order): throw .orderAlreadySent(order)
        case .unknownOrder: throw .notFound("order")
        }
    }
}
