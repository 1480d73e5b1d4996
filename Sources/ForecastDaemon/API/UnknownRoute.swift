// What is answered where no route is: 404 with the path, or 405 with the methods that the path has. Hummingbird answers
// both with 404 and no body, and what it knows of other methods it does not tell, so the paths are noted here as they
// are added.

import HTTPTypes
import Hummingbird

/// The last word of the router: added after all routes, it is asked only where none of them is meant.
struct UnknownRoute: RouterMiddleware {
    /// Paths by their parts, with their methods.
    private let routes: [(path: [Substring], method: String)]

    init(of router: Router<APIContext>) {
        routes = router.routes.map { ($0.path.description.split(separator: "/"), $0.method.rawValue) }
    }

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path.split(separator: "/")
        let methods = routes.filter { Self.matches($0.path, path) }.map(\.method).sorted()
        guard !methods.isEmpty else { throw APIError(.notFound, "no such path: \(request.uri.path)") }
        let allowed = methods.joined(separator: ", ")
        var error = APIError(.methodNotAllowed, "\(request.uri.path) takes \(allowed), not \(request.method)")
        error.headers[.allow] = allowed
        throw error
    }

    private static func matches(_ route: [Substring], _ path: [Substring]) -> Bool {
        route.count == path.count && zip(route, path).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
    }
}
