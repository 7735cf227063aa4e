import HTTPTypes
import Hummingbird
import Logging

/// Turns whatever a handler throws into a problem document. What it does not know becomes a 500 that says nothing, and
/// a log line that says everything.
struct ProblemMiddleware: RouterMiddleware {
    let routes: RouteTable

    func handle(_ request: Request, context: ShopContext, next: NextHandler) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let problem = problem(for: error, request, context.logger)
            return try Self.response(problem, instance: request.uri.path, requestID: context.requestID)
        }
    }

    /// The document as a response.
    static func response(_ problem: Problem, instance: String, requestID: String) throws -> Response {
        var headers = problem.headers
        headers[.contentType] = "application/problem+json"
        headers[.cacheControl] = "no-store"
        let document = ProblemDocument(problem: problem, instance: instance, requestID: requestID)
        return try JSONResponse.response(document, status: problem.status, headers: headers)
    }

    private func problem(for error: any Error, _ request: Request, _ logger: Logger) -> Problem {
        switch error {
        case let problem as Problem:
            return problem
        case is CancellationError:
            // The process ends, or the client is gone: nothing failed.
            logger.debug("request canceled")
            return .unavailable("service")
        case let error as HTTPError where error.status == .notFound:
            let methods = routes.methods(at: request.uri.path)
            return methods.isEmpty ? .notFound("address") : .methodNotAllowed(methods)
        case let error as HTTPError where (400..<500).contains(error.status.code):
            logger.debug("request refused", metadata: ["error": "\(error)"])
            return .badRequest("The request could not be read.")
        default:
            if let problem = Problem(storage: error) {
                if problem.status == .serviceUnavailable {
                    logger.warning("backend unavailable", metadata: ["error": "\(error)"])
                }
                return problem
            }
            logger.error("request failed", metadata: ["error": "\(error)"])
            return .internalError
        }
    }
}
