using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tessar.Web.Documents;

namespace Tessar.Web.Hosting;

/// <summary>
/// What a request that changes something has to show: a secret of this start of the server, which stands in its page.
/// </summary>
/// <remarks>
/// A page of another site can have the browser send requests here, but can't read this page, and can't set the header without
/// being asked first, which <see cref="LoopbackGuard"/> refuses.
/// </remarks>
internal sealed class PageToken
{
    /// <summary>The header that carries it.</summary>
    public const string Header = "X-Tessar-Token";

    private readonly byte[] _expected;

    public PageToken() => _expected = Encoding.ASCII.GetBytes(Value);

    /// <summary>The secret, 64 hexadecimal digits.</summary>
    public string Value { get; } = RandomNumberGenerator.GetHexString(64, lowercase: true);

    /// <exception cref="ProblemException">The request doesn't show it.</exception>
    public void Check(HttpRequest request)
    {
        string shown = request.Headers[Header] is [{ } only] ? only : string.Empty;
        if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown), _expected))
            return;
        throw new ProblemException(new Problem(
            StatusCodes.Status403Forbidden, "token-wrong", "Only the workbench’s own page may change something.",
            shown.Length == 0
                ? $"The request has no `{Header}`."
                : $"The request’s `{Header}` is not that of this server; it was started anew since the page was loaded.",
            "Reload the page, then try again."));
    }
}
