internal import ApusDialects
internal import FoundationEssentials
internal import NIOCore

extension HostPolicy {
    /// The policy of a server on this machine.
    init(_ configuration: ServerConfiguration) {
        let host = configuration.address.host.lowercased()
        self.init(
            allowed: Set(configuration.allowedHosts + [host]),
            servesShortNames: !["localhost", "127.0.0.1", "::1"].contains(host),
            machineName: ProcessInfo.processInfo.hostName.lowercased(),
            addresses: {
                let devices = (try? System.enumerateDevices()) ?? []
                return devices.compactMap(\.address)
            }
        )
    }
}
