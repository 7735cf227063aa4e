import Domain
import HTTPTypes
import Resilience

extension RequestClass {
    /// What a route counts as, `nil` for the documents of the API. A new route has a class without being named here:
    /// reads are reads, and everything else under a path is what its neighbors are.
    static func of(_ method: HTTPRequest.Method, _ route: String) -> RequestClass? {
        guard route.hasPrefix(AccessTable.base + "/") else { return nil }
        let path = route.dropFirst(AccessTable.base.count + 1)
        let isRead = method == .get || method == .head
        switch path.prefix(while: { $0 != "/" }) {
        case "openapi.json", "openapi.yaml": return nil
        case "admin": return .admin
        case "webhooks": return .webhook
        case "auth" where path == "auth/login": return .login
        case "auth" where path == "auth/register": return .registration
        case _ where isRead: return .read
        case "cart": return .cart
        case "orders": return .checkout
        default: return .session
        }
    }
}
