/// How long a model stays loaded after its last request.
package enum KeepAlive: Sendable, Equatable, Codable {
    /// This long; zero unloads it as soon as it is idle, negative means for ever.
    case duration(Duration)
    /// Until it is unloaded or makes room for another.
    case forever

    /// The time to wait; nil for ever.
    var limit: Duration? {
        switch self {
        case .duration(let duration): duration < .zero ? nil : duration
        case .forever: nil
        }
    }
}
