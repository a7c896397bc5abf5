/// Every limit on what a registry may make this program do: times, sizes, redirects, addresses.
package struct RegistryPolicy: Sendable {
    /// Which addresses may be connected to besides public ones.
    ///
    /// Link-local addresses, where clouds keep their machines' secrets, are refused always.
    package enum PrivateAddresses: Sendable {
        /// Those of the registry that was named; and where that is a private one, those it names.
        case ofPrivateRegistries
        /// None.
        case never
    }

    /// How long a connection may take.
    package var connectTimeout = Duration.seconds(15)
    /// How long an answer may take to begin.
    package var answerTimeout = Duration.seconds(60)
    /// How long a stream may stand still.
    package var stallTimeout = Duration.seconds(30)
    /// Fewer bytes than this in twice `stallTimeout` count as standing still.
    package var stallBytes: Int64 = 16 << 10
    /// How long a document (a manifest, a token, an error) may take altogether.
    package var documentTimeout = Duration.seconds(60)

    /// Redirects that are followed for one request.
    package var maximumRedirects = 10
    /// Different hosts that one pull or push may talk to.
    package var maximumHosts = 16
    /// Longest token or error, in bytes; manifests have a limit of their own.
    package var maximumDocumentBytes = 64 << 10
    /// Longest URL, in bytes.
    package var maximumURLBytes = 8 << 10
    /// Which addresses may be connected to.
    package var privateAddresses = PrivateAddresses.ofPrivateRegistries

    /// Hosts that are Hugging Face's hub; in names of models it is called by the first.
    package var hubHosts = ["hf.co", "huggingface.co"]
    /// Largest file that is pulled from a URL, in bytes.
    package var maximumFileBytes: Int64 = 1 << 40
    /// Longest page of a listing of the hub's files, in bytes.
    package var maximumListingBytes = 8 << 20
    /// Pages of a listing that are read.
    package var maximumListingPages = 64
    /// How often a file that changes meanwhile is begun again.
    package var restarts = 3

    /// Attempts without progress before a request is given up.
    package var attempts = 6
    /// The pause after the first failure; each further one doubles it.
    package var firstPause = Duration.milliseconds(500)
    /// The longest pause, also where the registry asks for a longer one.
    package var longestPause = Duration.seconds(30)

    /// Blobs transferred at a time.
    package var blobsAtOnce = 4
    /// Connections for one blob.
    package var streamsPerBlob = 6
    /// Bytes asked for in one request.
    package var partBytes: Int64 = 64 << 20
    /// Bytes of a blob that are recorded, and lost by a kill, together; for each connection.
    ///
    /// `blobsAtOnce` · `streamsPerBlob` of these are less than a part.
    package var pieceBytes: Int64 = 512 << 10
    /// Smallest and largest piece of an upload, in bytes; Ollama's.
    package var uploadBytes: ClosedRange<Int64> = 100_000_000...1_000_000_000

    /// How often progress is reported.
    package var progressInterval = Duration.milliseconds(60)

    /// The limits of every day.
    package init() {}
}
