import HTTPTypes
import Postgres
import Redis
import Storage

/// What the errors of the layers below mean to a client.
extension Problem {
    /// nil for errors that are faults of ours.
    init?(storage error: any Error) {
        switch error {
        case let error as StorageError:
            guard let problem = Problem.refusal(error) else { return nil }
            self = problem
        case let error as PostgresError where error.isTransient || error.outcomeUnknown || error.code == .closed:
            self = .unavailable("database")
        case is RedisError:
            self = .unavailable("queue")
        default:
            return nil
        }
    }

    private static func refusal(_ error: StorageError) -> Problem? {
        switch error {
        case .emailTaken: Problem(error.code, .conflict, "Address in use", error.description)
        case .cartLocked: Problem(error.code, .conflict, "Cart locked", error.description)
        case .cartFull: Problem(error.code, .conflict, "Cart full", error.description)
        case .unknownProduct(let ids): .unknownProducts(ids)
        case .currencyUnavailable: Problem(error.code, .conflict, "Currency unavailable", error.description)
        case .amountTooLarge: Problem(error.code, .unprocessableContent, "Amount too large", error.description)
        case .idempotencyKeyReused: .idempotencyKeyReused
        case .invalidCursor: .invalidCursor
        case .priceNotChargeable: Problem(error.code, .unprocessableContent, "Price not chargeable", error.description)
        case .notFound(let kind): .notFound(kind)
        case .corrupt, .forbiddenTransition: nil
        }
    }
}
