namespace Tessar.Lenses.Data.Evaluation.Removal;

/// <summary>
/// Searches the smallest removal that flips a prediction, question by question: whoever trains the models asks for
/// <see cref="Next"/> and answers.
/// </summary>
/// <remarks>
/// As if flips were monotone: k doubles from 1 until one flips, then the gap is halved. These steps may be answered by one
/// training. What is found is verified with all seeds, k and k − 1. When k holds and k − 1 doesn't flip, k is the answer. When k
/// − 1 flips too, the answer is k − 1; when k doesn't, k grows by half until one flips, each verified; in both cases flips aren't
/// monotone and the answer says so. Questions: at most 2·log₂(limit) + 2 before that.
/// </remarks>
internal sealed class FlipSearch
{
    private readonly int _limit;
    private int _low;
    private int _high;
    private Stage _stage = Stage.Doubling;

    /// <summary>Starts a search.</summary>
    /// <param name="limit">Largest k, at least 1.</param>
    public FlipSearch(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        _limit = limit;
        Next = 1;
    }

    private enum Stage
    {
        Doubling,
        Halving,
        Verifying,
        VerifyingBelow,
        Growing,
        Over,
    }

    /// <summary>The k to try next, 0 for none removed; null when the search is over.</summary>
    public int? Next { get; private set; }

    /// <summary>Whether the next question is to be answered by all seeds.</summary>
    public bool IsVerification => _stage is Stage.Verifying or Stage.VerifyingBelow or Stage.Growing;

    /// <summary>The smallest k that was verified to flip; null when none up to the limit does.</summary>
    public int? Smallest { get; private set; }

    /// <summary>Whether all answers fit flips that come at one k and stay.</summary>
    public bool IsMonotone { get; private set; } = true;

    /// <summary>Questions answered so far.</summary>
    public int Answers { get; private set; }

    /// <summary>Answers the question.</summary>
    /// <param name="isFlipped">Whether removing <see cref="Next"/> proponents flips the prediction.</param>
    /// <exception cref="InvalidOperationException">The search is over.</exception>
    public void Answer(bool isFlipped)
    {
        int k = Next ?? throw new InvalidOperationException("The search is over.");
        Answers++;
        switch (_stage)
        {
            case Stage.Doubling when !isFlipped && k == _limit:
                End(null);
                break;
            case Stage.Doubling when !isFlipped:
                (_low, Next) = (k, Math.Min(2 * k, _limit));
                break;
            case Stage.Doubling:
                (_high, _stage) = (k, Stage.Halving);
                Halve();
                break;
            case Stage.Halving:
                (_low, _high) = isFlipped ? (_low, k) : (k, _high);
                Halve();
                break;
            case Stage.Verifying when isFlipped:
                (_stage, Next) = (Stage.VerifyingBelow, k - 1);
                break;
            case Stage.VerifyingBelow:
                IsMonotone = !isFlipped;
                End(isFlipped ? k : k + 1);
                break;
            case Stage.Growing when isFlipped:
                End(k);
                break;
            default: // The k that was found doesn't hold, nor does a larger one so far.
                IsMonotone = false;
                _stage = Stage.Growing;
                Next = Math.Min(k + (k + 1) / 2, _limit);
                if (k == _limit)
                    End(null);
                break;
        }
    }

    private void Halve()
    {
        Next = (_low + _high) / 2;
        if (_high - _low == 1)
            (_stage, Next) = (Stage.Verifying, _high);
    }

    private void End(int? smallest) => (_stage, Next, Smallest) = (Stage.Over, null, smallest);
}
