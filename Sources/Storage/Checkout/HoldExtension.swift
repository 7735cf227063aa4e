import Domain
import Postgres

/// Until when stock stays set aside for an order that is given more time, for `UPDATE orders SET reserved_until = …`.
///
/// Whoever tries one card after another, or never finishes what the bank asks for, keeps goods off sale: that ends a
/// fixed time after they were set aside first. Money that is on its way keeps them, however long that takes: nobody can
/// call it back.
enum HoldExtension {
    static func bounded(_ settings: ShopSettings) -> SQL {
        """
        greatest(reserved_until, least(now() + make_interval(secs => \(settings.reservation.inSeconds)),
                                       (SELECT min(e.at) FROM order_events AS e WHERE e.order_id = orders.id AND e.kind = 'reserved')
                                       + make_interval(secs => \(max(settings.reservation, settings.maximumReservation).inSeconds))))
        """
    }

    static func unbounded(_ settings: ShopSettings) -> SQL {
        "greatest(reserved_until, now() + make_interval(secs => \(settings.reservation.inSeconds)))"
    }
}
