package import Domain
import Postgres

// Values of the shop as parameters and columns: each by its raw value.

extension Identifier: PostgresEncodable, PostgresDecodable {}
extension SKU: PostgresEncodable, PostgresDecodable {}
extension Quantity: PostgresEncodable, PostgresDecodable {}
extension EmailAddress: PostgresEncodable, PostgresDecodable {}
extension OrderStatus: PostgresEncodable, PostgresDecodable {}
extension FulfillmentStatus: PostgresEncodable, PostgresDecodable {}
extension PaymentStatus: PostgresEncodable, PostgresDecodable {}
extension PaymentIntent.ID: PostgresEncodable, PostgresDecodable {}
extension RefundStatus: PostgresEncodable, PostgresDecodable {}
extension RefundSource: PostgresEncodable, PostgresDecodable {}
extension RefundReason: PostgresEncodable, PostgresDecodable {}
extension ProviderRefund.ID: PostgresEncodable, PostgresDecodable {}
extension PaymentEventOutcome: PostgresEncodable, PostgresDecodable {}
extension Dispute.ID: PostgresEncodable, PostgresDecodable {}
extension DisputeStatus: PostgresEncodable, PostgresDecodable {}
extension StockChangeReason: PostgresEncodable, PostgresDecodable {}
extension BreakKind: PostgresEncodable, PostgresDecodable {}
extension ReconciliationFinding.Object: PostgresEncodable, PostgresDecodable {}
extension ReconciliationBreak.Status: PostgresEncodable, PostgresDecodable {}
extension OrderEvent.Kind: PostgresEncodable, PostgresDecodable {}
extension DiscountCode: PostgresEncodable, PostgresDecodable {}
extension ShippingCode: PostgresEncodable, PostgresDecodable {}
extension CartStatus: PostgresEncodable, PostgresDecodable {}
extension Language: PostgresEncodable, PostgresDecodable {}
extension EmailKind: PostgresEncodable, PostgresDecodable {}
extension EmailDeliveryStatus: PostgresEncodable, PostgresDecodable {}
extension EmailFault: PostgresEncodable, PostgresDecodable {}
extension Role: PostgresEncodable, PostgresDecodable {}
extension Currency: PostgresEncodable, PostgresDecodable {}
extension RateMargin: PostgresEncodable, PostgresDecodable {}
extension ExchangeRate: PostgresEncodable, PostgresDecodable {}
extension CalendarDay: PostgresEncodable, PostgresDecodable {}
extension RateSetRecord.Status: PostgresEncodable, PostgresDecodable {}

extension Duration {
    /// Seconds with their fraction, as `make_interval(secs => …)` takes them.
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
