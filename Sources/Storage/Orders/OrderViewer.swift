import Domain

/// Who looks at orders. Others' orders are absent, not forbidden.
package enum OrderViewer: Hashable, Sendable {
    /// Sees what was bought with this cart or account.
    case buyer(CartOwner)
    /// Sees everything.
    case staff

    /// The account of a buyer who has one.
    var user: User.ID? {
        guard case .buyer(let owner) = self else { return nil }
        return owner.userID
    }
}
