using System.Runtime.InteropServices;
using System.Text.Json;
using Tessar.Cli.Parsing;
using TorchSharp;

namespace Tessar.Tests.Cli.Parsing;

/// <summary>
/// Whatever is thrown, the user reads a sentence about what was given, and the exit code says whose move it is.
/// </summary>
public sealed class ErrorSentenceTests
{
    public static TheoryData<string, int> Errors => new()
    {
        { nameof(FileNotFoundException), 3 }, { nameof(DirectoryNotFoundException), 3 },
        { nameof(UnauthorizedAccessException), 4 }, { nameof(IOException), 4 },
        { nameof(EndOfStreamException), 3 }, { nameof(InvalidDataException), 3 }, { nameof(JsonException), 3 },
        { nameof(FormatException), 3 }, { nameof(OverflowException), 3 },
        { nameof(ArgumentException), 3 }, { nameof(ArgumentOutOfRangeException), 3 }, { nameof(ExternalException), 3 },
        { nameof(OutOfMemoryException), 4 },
        { nameof(NullReferenceException), 1 }, { nameof(InvalidOperationException), 1 },
        { nameof(OperationCanceledException), 130 },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void An_error_of_the_framework_becomes_a_sentence(string type, int code)
    {
        Exception error = Make(type, "Something\n   at frame one\nException raised from f.cpp");
        (int found, string text) = ErrorSentence.Of(error, null);
        Assert.Equal(code, found);
        if (code == 130)
            return;
        Assert.DoesNotContain("frame", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", text, StringComparison.Ordinal);
        Assert.True(text[^1] is '.', text);
        Assert.Equal(code == 1, text.Contains("internal error", StringComparison.Ordinal));
    }

    [Fact]
    public void What_was_written_for_the_user_passes_with_its_kind_and_remedies()
    {
#pragma warning disable MA0015 // no argument of this method
        Exception error = new ArgumentException("`x` isn't a split.", nameof(Errors))
            .ForUser(ErrorKind.Usage, new Remedy(RemedyKind.ListRuns));
        Assert.Equal((2, "`x` isn't a split. Next: `tessar runs`."), ErrorSentence.Of(error, null));
        Exception range = new ArgumentOutOfRangeException(nameof(Errors), 7, "There are masks 0 to 3.").ForUser();
#pragma warning restore MA0015
        Assert.Equal((2, "There are masks 0 to 3."), ErrorSentence.Of(range, null));
        Assert.Equal(
            (3, "No."),
            ErrorSentence.Of(new TypeInitializationException("T", new TessarException("No.", ErrorKind.InputData)), null));
    }

    [Fact]
    public void A_number_that_JSON_cannot_hold_is_said_to_be_too_large()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => JsonSerializer.Serialize(double.NaN));
        (int code, string text) = ErrorSentence.Of(error, null);
        Assert.Equal(3, code);
        Assert.Contains("isn't finite", text, StringComparison.Ordinal);
        Assert.DoesNotContain(".NET", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_libtorch_says_is_put_into_a_sentence()
    {
        ExternalException error = Assert.Throws<ExternalException>(() => torch.zeros(5).reshape(2, 2));
        (int code, string text) = ErrorSentence.Of(error, null);
        Assert.Equal(3, code);
        Assert.DoesNotContain("frame #", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', text);
    }

#pragma warning disable CA2201, MA0015 // what the runtime throws is what the door is about
    private static Exception Make(string type, string message) => type switch
    {
        nameof(FileNotFoundException) => new FileNotFoundException(message),
        nameof(DirectoryNotFoundException) => new DirectoryNotFoundException(message),
        nameof(UnauthorizedAccessException) => new UnauthorizedAccessException(message),
        nameof(IOException) => new IOException(message),
        nameof(EndOfStreamException) => new EndOfStreamException(message),
        nameof(InvalidDataException) => new InvalidDataException(message),
        nameof(JsonException) => new JsonException(message),
        nameof(FormatException) => new FormatException(message),
        nameof(OverflowException) => new OverflowException(message),
        nameof(ArgumentException) => new ArgumentException(message, nameof(message)),
        nameof(ArgumentOutOfRangeException) => new ArgumentOutOfRangeException(nameof(message), 3, message),
        nameof(ExternalException) => new ExternalException(message),
        nameof(OutOfMemoryException) => new OutOfMemoryException(message),
        nameof(NullReferenceException) => new NullReferenceException(message),
        nameof(InvalidOperationException) => new InvalidOperationException(message),
        nameof(OperationCanceledException) => new OperationCanceledException(message),
        _ => throw new ArgumentException(type, nameof(type)),
    };
#pragma warning restore CA2201, MA0015
}
