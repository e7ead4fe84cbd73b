/* Recording an operator or ufunc, for what is asked all day: float64 arrays and floats of one run, and constants.

Each function goes the way of its namesake in tape/hot.py; whatever is not so plain is left to that one. */
#include "native.h"

static inline int is_scalar(PyObject *home)
{
    return PyTuple_GET_SIZE(PyTuple_GET_ITEM(home, 0)) == 0;
}

/* Whether a step is plain: nothing of it needs a second look, be it here or on the way back. */
static inline int is_plain(Recorder *r, PyObject *home, PyObject *y)
{
    return r->trusted && is_float64_home(home) && (!is_scalar(home) || is_real(y));
}

/* What a pullback keeps of the values at this position, ~i for the shape of value i: a new reference. */
static PyObject *kept_value(PyObject *const *values, int at)
{
    if (at >= 0)
        return Py_NewRef(values[at]);
    PyObject *x = values[~at];
    if (PyArray_CheckExact(x))
        return PyArray_IntTupleFromIntp(PyArray_NDIM((PyArrayObject *)x), PyArray_DIMS((PyArrayObject *)x));
    return PyObject_CallOneArg(python.shape_of, x);
}

/* Write the edge of one side; -1 for an error. */
static int write_side(Recorder *r, int side, TapeFields *tape, Py_ssize_t slot, PyObject *parent, PyObject *home,
                      PyObject *const *values)
{
    Side *s = &r->sides[side];
    PyObject *parts[] = {r->rule, parent, home, s->pull}, *kept[MOST];
    int n = 0, failed = -1;
    while (n < s->count && (kept[n] = kept_value(values, s->at[n])) != NULL)
        n++;
    if (n == s->count)
        failed = write_edge(tape, slot, parts, kept, n);
    clear_each(kept, n);
    return failed;
}

/* The output as Python makes it, where it may be a view, of another dtype, or noted in a program. */
static PyObject *looked_at(Recorder *r, PyObject *tape, PyObject *slot, PyObject *y, PyObject *a, PyObject *b)
{
    PyObject *call =
        b == NULL ? Py_BuildValue("(O(O){})", r->function, a) : Py_BuildValue("(O(OO){})", r->function, a, b);
    if (call == NULL)
        return NULL;
    PyObject *out = PyObject_CallFunctionObjArgs(python.output, tape, slot, y, call, NULL);
    Py_DECREF(call);
    return out;
}

/* The traced output of a step that is written. home: that of a plain step, else NULL. */
static PyObject *output(Recorder *r, PyObject *tape, Py_ssize_t number, PyObject *y, int fresh, PyObject *home,
                        PyObject *a, PyObject *b)
{
    PyObject *slot = PyLong_FromSsize_t(number), *out = NULL;
    if (slot == NULL)
        return NULL;
    if (((TapeFields *)tape)->program == Py_None && home != NULL)
        out = traced_value(is_scalar(home) ? python.traced : python.traced_array, y, slot, tape, home);
    else
        out = traced_output(tape, slot, y, fresh);
    if (out == NULL && !PyErr_Occurred())
        out = looked_at(r, tape, slot, y, a, b);
    Py_DECREF(slot);
    return out;
}

static PyObject *record_unary(Recorder *r, PyObject *a, TapeFields *t)
{
    ValueFields *v = (ValueFields *)a;
    PyObject *x = Py_NewRef(v->value), *out = NULL;
    PyObject *y = PyObject_CallOneArg(r->compute, x);
    if (y != NULL) {
        int fresh = Py_REFCNT(y) == 1;
        PyObject *values[] = {x, y}, *home = is_plain(r, v->home, y) ? v->home : NULL;
        Py_ssize_t slot = next_slot(t);
        if (write_side(r, 0, t, slot, v->slot, home ? Py_None : v->home, values) == 0)
            out = output(r, v->tape, slot, y, fresh, home, a, NULL);
        Py_DECREF(y);
    }
    Py_DECREF(x);
    return out;
}

static inline PyObject *compute_two(Recorder *r, PyObject *x, PyObject *w)
{
    PyObject *args[] = {x, w};
    return PyObject_Vectorcall(r->compute, args, 2, NULL);
}

static PyObject *record_two(Recorder *r, PyObject *a, PyObject *b, TapeFields *t)
{
    ValueFields *v = (ValueFields *)a, *u = (ValueFields *)b;
    PyObject *x = Py_NewRef(v->value), *w = Py_NewRef(u->value), *out = NULL;
    PyObject *y = compute_two(r, x, w);
    if (y != NULL) {
        int fresh = Py_REFCNT(y) == 1;
        int same = v->home == u->home ? 1 : PyObject_RichCompareBool(v->home, u->home, Py_EQ);
        PyObject *values[] = {x, w, y}, *home = same > 0 && is_plain(r, v->home, y) ? v->home : NULL;
        Py_ssize_t slot = next_slot(t);
        if (same >= 0 && write_side(r, 0, t, slot, v->slot, home ? Py_None : v->home, values) == 0 &&
            write_side(r, 1, t, ~slot, u->slot, home ? Py_None : u->home, values) == 0)
            out = output(r, v->tape, slot, y, fresh, home, a, b);
        Py_DECREF(y);
    }
    Py_DECREF(x);
    Py_DECREF(w);
    return out;
}

/* A constant as it is now, if the pullback wants it. */
static PyObject *held(Side *s, int position, PyObject *tape, PyObject *c)
{
    for (int i = 0; i < s->count; i++)
        if (s->at[i] == position && PyArray_CheckExact(c))
            return held_array(tape, c);
    return Py_NewRef(c);
}

/* side: on which of c the traced value stands, 0 for v + c, 1 for c + v. */
static PyObject *record_constant(Recorder *r, int side, PyObject *traced, PyObject *c, TapeFields *t)
{
    ValueFields *v = (ValueFields *)traced;
    Side *s = &r->sides[side];
    PyObject *x = Py_NewRef(v->value), *out = NULL, *now = NULL;
    PyObject *y = side ? compute_two(r, c, x) : compute_two(r, x, c);
    if (y == NULL)
        goto done;
    int fresh = Py_REFCNT(y) == 1;
    PyObject *home = is_plain(r, v->home, y) ? v->home : NULL;
    if (home != NULL && PyArray_CheckExact(c) &&
        (!is_float64_array(c) || !has_shape((PyArrayObject *)c, PyTuple_GET_ITEM(home, 0))))
        home = NULL;
    if (home != NULL && s->shared && t->program == Py_None) {
        out = traced_value(is_scalar(home) ? python.traced : python.traced_array, y, v->slot, v->tape, home);
        goto done;
    }
    now = held(s, 1 - side, v->tape, c);
    if (now == NULL)
        goto done;
    PyObject *values[] = {side ? now : x, side ? x : now, y};
    Py_ssize_t slot = next_slot(t);
    if (write_side(r, side, t, slot, v->slot, home ? Py_None : v->home, values) == 0)
        out = output(r, v->tape, slot, y, fresh, home, side ? c : traced, side ? traced : c);
done:
    Py_DECREF(x);
    Py_XDECREF(y);
    Py_XDECREF(now);
    return out;
}

static inline int is_constant(PyObject *c)
{
    return PyFloat_CheckExact(c) || PyLong_CheckExact(c) || is_float_array(c);
}

PyObject *record(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *names)
{
    Recorder *r = (Recorder *)self;
    TapeFields *t;
    if (names == NULL && PyVectorcall_NARGS(nargsf) == r->arity) {
        PyObject *a = args[0], *b = r->arity == 2 ? args[1] : NULL;
        int is_a = is_traced(a), is_b = b != NULL && is_traced(b);
        if (is_a && (t = open_tape(((ValueFields *)a)->tape)) != NULL) {
            if (b == NULL)
                return record_unary(r, a, t);
            if (is_b && r->constant < 0 && ((ValueFields *)b)->tape == (PyObject *)t)
                return record_two(r, a, b, t);
            if (!is_b && is_constant(b))
                return record_constant(r, r->constant == 1, a, b, t);
        } else if (!is_a && is_b && is_constant(a) && (t = open_tape(((ValueFields *)b)->tape)) != NULL)
            return record_constant(r, 1, b, a, t);
    }
    return PyObject_Vectorcall(r->slow, args, nargsf, names);
}
