using Tessar.Cli.Parsing;
using Tessar.Methods;

namespace Tessar.Cli.Commands.Lenses;

/// <summary>
/// A <see cref="QuestionCommand"/> where it is only listed: settings are found by reflection, and a list of commands shall stand
/// at once.
/// </summary>
internal sealed class QuestionName(QuestionDescription question, KnownMethods known)
    : TessarCommand(question.Verb.Split(' ')[^1], QuestionCommand.Sentence(question, known), CommandTable.LensGroup)
{
    public override Type Result => AnswerRenderer.Of(question.Name).Result;

    protected override int Execute(Invocation call) =>
        throw new InvalidOperationException($"`{question.Verb}` is only listed here; it runs from the whole command tree.");
}
