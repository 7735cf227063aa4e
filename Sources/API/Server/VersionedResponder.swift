import HTTPTypes
import Hummingbird

/// Lets `/api/…` answer as the current version, `/api/v1/…`, without registering every route twice.
struct VersionedResponder<Next: HTTPResponder>: HTTPResponder where Next.Context == ShopContext {
    typealias Context = ShopContext

    let next: Next

    func respond(to request: Request, context: ShopContext) async throws -> Response {
        guard let path = request.head.path, let current = VersionedPath.current(path) else {
            return try await next.respond(to: request, context: context)
        }
        var head = request.head
        head.path = current
        return try await next.respond(to: Request(head: head, body: request.body), context: context)
    }
}

/// Paths without a version mean the current one.
enum VersionedPath {
    /// The path under the current version, nil when it needs no change.
    static func current(_ path: String) -> String? {
        guard path.hasPrefix("/api/") else { return nil }
        let rest = path.dropFirst(5)
        let segment = rest.prefix { $0 != "/" && $0 != "?" }
        // v2 and the like are versions that do not exist, not resources of this one.
        let isVersion = segment.first == "v" && segment.count > 1 && segment.dropFirst().allSatisfy(\.isNumber)
        return isVersion ? nil : Route.base + "/" + rest
    }
}
