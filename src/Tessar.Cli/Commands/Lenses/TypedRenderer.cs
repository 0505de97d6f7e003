using System.Text.Json.Serialization.Metadata;
using Spectre.Console;
using Tessar.Cli.Parsing;
using Tessar.Methods;
using Tessar.Results;

namespace Tessar.Cli.Commands.Lenses;

/// <summary>Answers that are a record of the question's own: `--json` prints it, and so it is kept.</summary>
internal abstract class TypedRenderer<T> : AnswerRenderer
    where T : RecordedAnswer
{
    /// <inheritdoc/>
    public sealed override Type Result => typeof(T);

    /// <inheritdoc/>
    public override string MethodHelp => "How to attribute";

    /// <summary>How the record becomes JSON.</summary>
    protected abstract JsonTypeInfo<T> Json { get; }

    /// <inheritdoc/>
    public override Action<Inquiry, MethodResult> Prepare(Invocation call, QuestionCommand command) => (inquiry, found) =>
    {
        T answer = Placed(found.Value<T>(), found.Kept);
        call.Print(answer, Json, console => Write(new Shown(call, inquiry, console), answer));
    };

    /// <summary>The answer with the paths of what keeps it.</summary>
    protected abstract T Placed(T answer, ResultFolder kept);

    /// <summary>Writes it for people.</summary>
    protected abstract void Write(Shown where, T answer);

    /// <summary>Where an answer is written, and what was open when it was found.</summary>
    protected sealed record Shown(Invocation Call, Inquiry Inquiry, IAnsiConsole Console)
    {
        /// <summary>Lines without style.</summary>
        public TextWriter Output => Console.Profile.Out.Writer;
    }
}
