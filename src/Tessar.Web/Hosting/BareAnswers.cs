using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace Tessar.Web.Hosting;

/// <summary>
/// Adds the security headers to answers that the HTTP server gives by itself, before any of our code has seen the request.
/// </summary>
/// <remarks>
/// A request that isn't HTTP, or has two Host headers, is answered with a status and nothing else, and the server offers no place
/// to add to that. So what is about to be sent is looked at: a piece that consists of one whole head of an error without our
/// headers gets them. All other answers have them already and pass as they are.
/// </remarks>
internal static class BareAnswers
{
    private static ReadOnlySpan<byte> EndOfHead => "\r\n\r\n"u8;

    /// <summary>Watches what a connection sends.</summary>
    public static async Task WatchAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        IDuplexPipe transport = connection.Transport;
        PipeWriter output = PipeWriter.Create(new Watch(transport.Output), new StreamPipeWriterOptions(leaveOpen: true));
        connection.Transport = new Pipes(transport.Input, output);
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            await output.CompleteAsync().ConfigureAwait(false);
            connection.Transport = transport;
        }
    }

    /// <summary>The head with our headers, when it is one of the server's own; otherwise null.</summary>
    public static byte[]? Completed(ReadOnlySpan<byte> piece)
    {
        if (!piece.StartsWith("HTTP/1.1 4"u8) || piece.IndexOf(EndOfHead) != piece.Length - EndOfHead.Length
            || piece.IndexOf("Content-Security-Policy"u8) >= 0)
            return null;
        string head = Encoding.Latin1.GetString(piece[..^2]);
        string added = string.Concat(SecurityHeaders.All.Select(header => $"{header.Name}: {header.Value}\r\n"));
        return Encoding.Latin1.GetBytes($"{head}{added}\r\n");
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Watch(PipeWriter output) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            await output.WriteAsync(Completed(buffer.Span) ?? buffer, cancellationToken).ConfigureAwait(false);

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
