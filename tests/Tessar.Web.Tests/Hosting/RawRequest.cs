using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tessar.Web.Tests.Hosting;

/// <summary>Requests as they are written here, which HttpClient would tidy up or refuse to send.</summary>
internal static class RawRequest
{
    /// <summary>
    /// Sends lines of a head, <c>{port}</c> replaced by the server's, and returns all that comes back until the server closes.
    /// </summary>
    public static async Task<string> SendAsync(Uri server, params string[] head)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port, TestContext.Current.CancellationToken);
        await using NetworkStream stream = client.GetStream();
        string port = server.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        string text = string.Concat(head.Select(line => line.Replace("{port}", port, StringComparison.Ordinal) + "\r\n"))
            + "\r\n";
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
