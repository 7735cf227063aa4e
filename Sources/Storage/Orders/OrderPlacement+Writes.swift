import Domain
import FoundationEssentials
import JobQueue
import Postgres

extension OrderPlacement {
    /// The cart of an express order, made for it alone.
    func expressCart(_ cartID: Cart.ID) -> SQL {
        """
        INSERT INTO carts (id, user_id, guest_token_hash, is_express, status, locked_at)
        VALUES (\(cartID), \(request.buyer.userID), \(request.buyer.guestTokenHash), true, 'converting', now())
        """
    }

    /// The order's own row.
    func insertion(
        _ draft: OrderDraft, _ cartID: Cart.ID, _ email: EmailAddress
    ) -> Query<(number: Int64, createdAt: Date)> {
        let (buyer, totals) = (request.buyer, draft.totals)
        return Query.row(
            """
            INSERT INTO orders (id, cart_id, user_id, guest_token_hash, email, language, shipping_address, currency,
                                subtotal, discount, shipping, tax, total, rate_set_id, rate_base, rate, rate_margin,
                                checkout_job_id, shipping_code, shipping_name)
            VALUES (\(orderID), \(cartID), \(buyer.userID), \(buyer.guestTokenHash), \(email), \(language),
                    \(address)::jsonb, \(totals.total.currency), \(totals.subtotal.amount), \(totals.discount.amount),
                    \(totals.shipping.amount), \(totals.tax.amount), \(totals.total.amount), \(draft.rate?.setID),
                    \(draft.rate?.base), \(draft.rate?.value), \(draft.rate?.margin ?? .zero), \(job.id),
                    \(draft.shippingMethod?.code), \(draft.shippingMethod?.name))
            RETURNING number, created_at
            """
        ) { (try $0["number"], try $0["created_at"]) }
    }

    /// What belongs to the order's row, in the order of its references.
    func writes(_ draft: OrderDraft, _ cartID: Cart.ID) -> [SQL] {
        let buyer = request.buyer
        let total = draft.totals.total
        var statements: [SQL] = []
        statements.append(
            """
            INSERT INTO order_items (order_id, position, product_id, sku, name, quantity, unit_amount, total,
                                     discount)
            SELECT \(orderID)::uuid, t.position, t.product_id, t.sku, t.name, t.quantity, t.unit_amount, t.total,
                   t.discount
              FROM unnest(\(draft.items.map(\.productID))::uuid[], \(draft.items.map(\.sku))::text[],
                  \(draft.items.map(\.name))::text[],
                          \(draft.items.map(\.quantity))::integer[], \(draft.items.map(\.unitPrice.amount))::bigint[],
                          \(draft.items.map(\.total.amount))::bigint[], \(draft.items.map(\.discount.amount))::bigint[])
                   WITH ORDINALITY AS t (product_id, sku, name, quantity, unit_amount, total, discount, position)
            """)
        statements.append(
            """
            INSERT INTO payments (id, order_id, seq, status, amount, currency, method, client)
            VALUES (\(paymentID), \(orderID), 1, \(draft.paymentStatus), \(total.amount), \(total.currency), \(method),
                \(request.client))
            """)
        statements.append(OrderHistory.noting(.placed, of: orderID))
        statements.append(
            """
            INSERT INTO audit_log (actor_kind, actor_id, action, subject_kind, subject_id, remote_address)
            VALUES (\(buyer.userID == nil ? "guest" : "user"), \(buyer.userID?.description), 'order.placed', 'order',
                \(orderID.description),
                    \(request.remoteAddress))
            """)
        if request.source == .cart {
            statements.append(
                "UPDATE carts SET status = 'converting', locked_at = now(), updated_at = now() WHERE id = \(cartID)")
        }
        statements.append(job.statement)
        return statements
    }

    /// The order as it stands after the writes.
    func order(
        _ draft: OrderDraft, _ cartID: Cart.ID, _ email: EmailAddress, _ placed: (number: Int64, createdAt: Date)
    ) -> Order {
        Order(
            id: orderID, number: placed.number, cartID: cartID, userID: request.buyer.userID, email: email,
            status: .pending,
            fulfillment: .unfulfilled, version: 1, items: draft.items, totals: draft.totals, rate: draft.rate,
            payment: Payment(
                id: paymentID, status: draft.paymentStatus, amount: draft.totals.total, providerID: nil, attempt: 1,
                method: method,
                declineCode: nil, clientSecret: nil),
            shippingAddress: request.shippingAddress, reservedUntil: nil, createdAt: placed.createdAt,
            updatedAt: placed.createdAt,
            confirmedAt: nil,
            language: language, discounts: draft.discounts, shippingMethod: draft.shippingMethod)
    }
}
