using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
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
            string program = context.RequestServices.GetRequiredService<WorkbenchOptions>().CommandName;
            await WriteAsync(context, Of(error, program)).ConfigureAwait(false);
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

    /// <summary>
    /// What to tell about an error: what it says, then what its remedies say; without remedies the message ends with what to do.
    /// </summary>
    /// <param name="error">The error.</param>
    /// <param name="program">How the command line is called: <see cref="WorkbenchOptions.CommandName"/>.</param>
    public static Problem Of(Exception error, string program)
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
            : Of(status, code, title, UserError.MessageOf(error), UserError.Of(error)?.Remedies ?? [], program);
    }

    /// <summary>What to tell about a message with remedies.</summary>
    public static Problem Of(
        int status, string code, string title, string message, IReadOnlyList<Remedy> remedies, string program)
    {
        if (remedies.Count == 0)
            return Of(status, code, title, message);
        (string action, string? command) = PageRemedies.Of(remedies, program);
        return new Problem(status, code, title, message, action, command);
    }

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
