using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Tessar.Web.Documents;

namespace Tessar.Web.Hosting;

/// <summary>Turns errors into problem details (RFC 9457).</summary>
internal static partial class Problems
{
    public static async Task CatchAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The browser has gone on to another page; nobody waits for the answer.
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, Of(error)).ConfigureAwait(false);
        }
    }

    public static async Task WriteAsync(HttpContext context, Problem problem)
    {
        context.Response.StatusCode = problem.Status;
        context.Response.ContentType = "application/problem+json";
        context.Response.Headers.CacheControl = Caching.Never;
        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = "1";
        context.Response.Headers.ETag = default;
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(problem, WebJson.Default.Problem);
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.BodyWriter.WriteAsync(json, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>What to tell about an error. Tessar's own messages end with what to do next.</summary>
    public static Problem Of(Exception error)
    {
        if (error is ProblemException { Problem: var known })
            return known;
        (int status, string code, string title) = error switch
        {
            FileFormatException =>
                (StatusCodes.Status422UnprocessableEntity, "file-damaged", "A file of this run can't be read."),
            TessarException { Kind: ErrorKind.InputData } =>
                (StatusCodes.Status422UnprocessableEntity, "input-unusable", "Something this run needs can't be used."),
            TessarException { Kind: ErrorKind.Usage } or ArgumentException =>
                (StatusCodes.Status400BadRequest, "request-wrong", "The request can't be carried out as it was put."),
            TessarException { Kind: ErrorKind.Environment } or IOException or UnauthorizedAccessException =>
                (StatusCodes.Status503ServiceUnavailable, "environment", "The machine stands in the way."),
            _ => (StatusCodes.Status500InternalServerError, "internal", "The server met a mistake of its own."),
        };
        return status == StatusCodes.Status500InternalServerError
            ? new Problem(status, code, title, $"{error.GetType().Name}: {error.Message}", "Please report it with this text.")
            : WithRemedy(Of(status, code, title, error.Message), error);
    }

    private static Problem WithRemedy(Problem problem, Exception error) =>
        problem.Command is null && error is TessarException known
            ? problem with { Command = RemedyCommands.Of(known.Remedies) }
            : problem;

    /// <summary>Splits a message of Tessar into its cause and, its last sentence, what to do.</summary>
    public static Problem Of(int status, string code, string title, string message)
    {
        int end = SentenceEnd().Matches(message.TrimEnd()).LastOrDefault()?.Index ?? -1;
        string? command = Command().Match(message) is { Success: true } match ? match.Groups["command"].Value : null;
        return end < 0
            ? new Problem(status, code, title, message, "Put that right, then try again.", command)
            : new Problem(status, code, title, message[..(end + 1)], message[(end + 1)..].Trim(), command);
    }

    [GeneratedRegex(@"[.?!](?= +[A-Z`])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SentenceEnd();

    [GeneratedRegex("`(?<command>[^` ]*tessar [^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Command();
}
