using System.Text;
using Tessar.Web.Hosting;

namespace Tessar.Web.Tests.Hosting;

public sealed class BareAnswersTests
{
    [Fact]
    public void Head_of_an_error_without_our_headers_gets_them()
    {
        string head = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

        string completed = Encoding.Latin1.GetString(BareAnswers.Completed(Encoding.Latin1.GetBytes(head))!);

        Assert.StartsWith(head[..^2], completed, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", completed, StringComparison.Ordinal);
        Assert.All(
            SecurityHeaders.All,
            header => Assert.Contains($"\r\n{header.Name}: {header.Value}\r\n", completed, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Security-Policy: x\r\n\r\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nhi")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("a body that is no head")]
    [InlineData("")]
    public void Everything_else_passes_as_it_is(string piece) =>
        Assert.Null(BareAnswers.Completed(Encoding.Latin1.GetBytes(piece)));
}
