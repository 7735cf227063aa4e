package import Domain

/// What an order is placed with.
package struct PlaceOrderRequest: Sendable {
    /// Where the items come from.
    package enum Source: Hashable, Sendable {
        /// The buyer's cart.
        case cart
        /// Named in the request, for an express order: it gets a cart of its own and leaves the buyer's alone.
        case items([Line])
    }

    /// One line of an express order.
    package struct Line: Hashable, Sendable {
        /// What.
        package let productID: Product.ID
        /// How many.
        package let quantity: Quantity

        package init(productID: Product.ID, quantity: Quantity) {
            self.productID = productID
            self.quantity = quantity
        }
    }

    /// The client's idempotency key, 1 to 255 characters.
    package var idempotencyKey: String
    /// SHA-256 of everything in the request that decides what is bought: the same key with another fingerprint is
    /// refused.
    package var fingerprint: [UInt8]
    /// Who buys. An express order of a guest names the token it gives out.
    package var buyer: CartOwner
    /// Under which identities the key finds this order again; the buyer's own unless said otherwise.
    package var scopes: [String]
    /// Identities under which the key may have been used by an earlier version of the shop. They are looked at and not
    /// written any more.
    package var earlierScopes: [String]
    /// What is bought.
    package var source: Source
    /// The order's currency; the shop's when `nil`.
    package var currency: Currency?
    /// The code of a discount; the one in the cart when `nil`.
    package var discountCode: DiscountCode?
    /// How it is sent; the cheapest way when `nil`.
    package var shippingMethod: ShippingCode?
    /// What the customer was shown. Another sum is refused.
    package var expectedTotal: Money?
    /// The payment method as the provider names it; `nil` when the customer takes the order to cost nothing.
    package var paymentMethod: String?
    /// Where email goes; a user's own address when `nil`. Guests must give one.
    package var email: EmailAddress?
    /// What email is written in; the shop's language when `nil`.
    package var language: Language?
    /// Where the goods go.
    package var shippingAddress: Address
    /// W3C trace context to hand on to the checkout job.
    package var traceparent: String?
    /// Where the request came from, for the audit log.
    package var remoteAddress: String?
    /// Whose requests are counted together with this one's: an address, of version 6 a network.
    package var client: String?

    package init(
        idempotencyKey: String, fingerprint: [UInt8], buyer: CartOwner, scopes: [String]? = nil,
        earlierScopes: [String] = [],
        source: Source = .cart, currency: Currency? = nil, discountCode: DiscountCode? = nil,
        shippingMethod: ShippingCode? = nil, expectedTotal: Money? = nil, paymentMethod: String?,
        email: EmailAddress? = nil, language: Language? = nil, shippingAddress: Address,
        traceparent: String? = nil, remoteAddress: String? = nil, client: String? = nil
    ) {
        self.idempotencyKey = idempotencyKey
        self.fingerprint = fingerprint
        self.buyer = buyer
        self.scopes = scopes ?? [buyer.idempotencyScope]
        self.earlierScopes = earlierScopes
        self.source = source
        self.currency = currency
        self.discountCode = discountCode
        self.shippingMethod = shippingMethod
        self.expectedTotal = expectedTotal
        self.paymentMethod = paymentMethod
        self.email = email
        self.language = language
        self.shippingAddress = shippingAddress
        self.traceparent = traceparent
        self.remoteAddress = remoteAddress
        self.client = client
    }
}

/// What became of a request to place an order. Only `placed` left anything behind; the idempotency key of every other
/// new request is free again.
package enum PlaceOrderOutcome: Hashable, Sendable {
    /// Accepted: it is durable, and its checkout job with it.
    case placed(Order)
    /// This key placed this order before. The order as it is now.
    case replayed(Order)
    /// This key came with another body before.
    case keyReused
    /// A request with this key is being worked on at this moment.
    case requestInProgress
    /// The sum is not what the customer was shown. What it is now.
    case cartChanged(actual: Money)
    /// The customer may not have the discount with this code.
    case discountRefused(DiscountCode, DiscountRefusal)
    /// The goods are not sent to this country, or not in the way that was chosen.
    case shippingUnavailable(ShippingCode?, country: String)
    /// There is nothing to buy.
    case cartEmpty
    /// Another order is being paid from this cart.
    case cartLocked
    /// These products do not exist or are not for sale.
    case unknownProducts([Product.ID])
    /// Something is not sold in this currency, or its rates are too old.
    case currencyUnavailable(Currency)
    /// A guest gave no email address.
    case emailRequired
    /// Too many payments of this user, card or client were declined.
    case tooManyDeclines(TooManyDeclines)
    /// The sum is less than the payment provider charges.
    case amountTooSmall(Money, ChargeLimits.Bounds)
    /// The sum is more than the payment provider charges.
    case amountTooLarge(ChargeLimits.Bounds)
    /// There is something to be paid and nothing to pay it with.
    case paymentMethodRequired
}
