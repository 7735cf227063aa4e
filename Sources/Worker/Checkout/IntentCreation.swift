import Domain
import FoundationEssentials
import JobQueue
import Storage
import Synchronization
import Threading

/// Step E1 of a checkout: makes the intent, which moves no money. Whatever is repeated here, only the one whose id is
/// stored is ever confirmed.
struct IntentCreation: Sendable {
    let store: SettlementStore
    let payments: any PaymentProvider
    let search: IntentSearch
    let captureMethod: PaymentIntentRequest.CaptureMethod
    let facts: CheckoutSnapshot

    private enum Answer {
        case made(PaymentIntent.ID)
        /// The provider failed, and may replay that under the key for a day.
        case keySpent(PaymentFailure)
    }

    /// Makes the intent, or finds the one that an earlier run has made. A key that is spent is left for the next one,
    /// once.
    ///
    /// - Throws: ``JobFailure`` when another try is due, ``PaymentRefused`` when none ever is.
    func run() async throws -> PaymentIntent.ID {
        try await stepsOfJob { try await findOrCreate() }
    }

    private func findOrCreate() async throws -> PaymentIntent.ID {
        // For an order so old that the provider may have forgotten its keys, one that was made before is looked for
        // first.
        let known = try await search.intents(of: facts.orderID, placedAt: facts.placedAt)
        if let known = known?.first(where: { $0.paymentID == facts.paymentID }) { return known.id }
        let failure: PaymentFailure
        switch try await create(facts.creation) {
        case .made(let id): return id
        case .keySpent(let reason): failure = reason
        }
        // Committed before the new key is used, so that a retry of this job comes to the same key.
        guard try await store.beginNextCreation(of: facts.paymentID, after: facts.creation) else {
            throw failure
        }
        switch try await create(facts.creation + 1) {
        case .made(let id): return id
        case .keySpent(let failure): throw failure
        }
    }

    private func create(_ number: Int) async throws -> Answer {
        guard let key = IdempotencyKey.creation(ofPayment: facts.paymentID, number: number) else {
            throw JobFailure.badKey(facts.paymentID)
        }
        let request = PaymentIntentRequest(
            orderID: facts.orderID, orderNumber: facts.orderNumber, amount: facts.amount, captureMethod: captureMethod,
            key: key,
            metadata: ["payment_id": "\(facts.paymentID)", "shop": try await store.shopIdentity()])
        do {
            return .made(try await payments.create(request).id)
        } catch {
            if case .outcomeUnknown(_, answered: true) = error { return .keySpent(error) }
            if let refusal = error.refusal { throw PaymentRefused(refusal: refusal, failure: error) }
            // Creating again with the same key is harmless, whatever became of this call.
            throw error
        }
    }
}

/// Finds the intents that the provider holds for orders so old that it may have forgotten the key under which one was
/// made. Creating another one then, and confirming both, would charge twice.
///
/// There are many such orders when there are any: workers were away for a day, or a database was restored. So the
/// provider's list is read once for all of them, by one caller at a time, and goes on where a caller that was cut off
/// has left it.
struct IntentSearch: Sendable {
    /// From this age on an order is searched for. The provider forgets keys after 24 hours.
    static let age: TimeInterval = 20 * 3600
    /// For so long a list is good: what is made meanwhile for these orders is made under keys that the provider still
    /// knows.
    static let lifetime: TimeInterval = 3600
    /// How far clocks may be apart.
    static let drift: TimeInterval = 3600

    private struct Wanted: Sendable {
        let orderID: Order.ID
        let since: Date
    }

    private struct List: Sendable {
        let since: Date
        let begun: Date
        var next: String?
        var isComplete = false
        var found: [Order.ID: [PaymentIntent]] = [:]

        func serves(_ time: Date) -> Bool { since <= time && -begun.timeIntervalSinceNow < IntentSearch.lifetime }
    }

    private final class Shelf: Sendable {
        let list = Mutex<List?>(nil)
    }

    private let searches: Batcher<Wanted, Result<[PaymentIntent], PaymentFailure>>

    init(payments: any PaymentProvider) {
        let shelf = Shelf()
        searches = Batcher(maximumBatch: 1000) { wanted in
            do {
                let list = try await Self.read(payments, since: wanted.map(\.since).min() ?? Date(), shelf)
                return wanted.map { .success(list.found[$0.orderID] ?? []) }
            } catch let error as PaymentFailure {
                return wanted.map { _ in .failure(error) }
            }
        }
    }

    /// The intents of an order that are not canceled, the one that moved money first. `nil` for an order so young
    /// that none is needed.
    func intents(of orderID: Order.ID, placedAt time: Date) async throws -> [PaymentIntent]? {
        guard -time.timeIntervalSinceNow > Self.age else { return nil }
        let wanted = Wanted(orderID: orderID, since: time.addingTimeInterval(-Self.drift))
        return try await stepsOfJob {
            try await searches.submit(wanted).get().sorted { $0.status.isPaid && !$1.status.isPaid }
        }
    }

    private static func read(_ payments: any PaymentProvider, since time: Date, _ shelf: Shelf) async throws -> List {
        let kept = shelf.list.withLock { $0 }
        var list = kept.flatMap { $0.serves(time) ? $0 : nil } ?? List(since: time, begun: Date())
        while !list.isComplete {
            let page = try await payments.intents(createdSince: list.since, after: list.next)
            for intent in page.items where intent.status != .canceled {
                if let orderID = intent.orderID { list.found[orderID, default: []].append(intent) }
            }
            list.next = page.next
            list.isComplete = page.next == nil
            let reached = list
            shelf.list.withLock { $0 = reached }
        }
        return list
    }
}
