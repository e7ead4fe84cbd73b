/* Recording any function by its rule, np.sum(v, axis=0), np.where(mask, v, 0.0), np.stack([v, w]): as `call` of
   tape/call.py, where all that is traced is of one run, and arrays and lists of them are what is given beside it. */
#include "call.h"

/* What the function gives with values in place of what is traced. */
static PyObject *computed(Caller *c, Layout *l, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args), at = 0;
    PyObject *low = PyTuple_New(n), *named = kwargs, *name, *x, *y = NULL;
    for (Py_ssize_t i = 0; low != NULL && i < n; i++)
        PyTuple_SET_ITEM(low, i, Py_NewRef(l->values[i]));
    for (Py_ssize_t i = n; low != NULL && i < l->n; i++)
        if (l->live[i] != NULL && named == kwargs)
            named = PyDict_New();
    while (low != NULL && named != NULL && named != kwargs && PyDict_Next(kwargs, &at, &name, &x))
        if (PyDict_SetItem(named, name, l->values[position_of(c->params, name)]) < 0)
            Py_CLEAR(named);
    if (low != NULL && named != NULL)
        y = PyObject_Call(c->compute, low, named);
    Py_XDECREF(low);
    if (named != kwargs)
        Py_XDECREF(named);
    return y;
}

static PyObject *shape_of(PyObject *x)
{
    if (PyArray_CheckExact(x))
        return PyArray_IntTupleFromIntp(PyArray_NDIM((PyArrayObject *)x), PyArray_DIMS((PyArrayObject *)x));
    if (!is_sequence(x))
        return PyTuple_New(0);
    Py_ssize_t n = PySequence_Fast_GET_SIZE(x);
    PyObject *shapes = PyList_New(n);
    for (Py_ssize_t i = 0; shapes != NULL && i < n; i++) {
        PyObject *shape = shape_of(PySequence_Fast_GET_ITEM(x, i));
        if (shape == NULL)
            Py_CLEAR(shapes);
        else
            PyList_SET_ITEM(shapes, i, shape);
    }
    return shapes;
}

/* Keep a constant array as it is now; -1 for an error. */
static int hold(Layout *l, int at)
{
    if (at == l->n || l->live[at] != NULL || l->held[at] || !PyArray_CheckExact(l->values[at]))
        return 0;
    PyObject *now = held_array(l->tape, l->values[at]);
    if (now == NULL)
        return -1;
    Py_SETREF(l->values[at], now);
    l->held[at] = 1;
    return 0;
}

/* What the pullback of an argument keeps; constants as they are now. */
static PyObject *kept_values(Caller *c, Layout *l, Way *way)
{
    PyObject *kept = PyTuple_New(way->count);
    for (int k = 0; kept != NULL && k < way->count; k++) {
        int at = way->at[k];
        PyObject *value = at < 0 || hold(l, at) < 0 ? NULL : Py_NewRef(l->values[at]);
        if (at < 0)
            value = shape_of(l->values[~at]);
        if (value == NULL)
            Py_CLEAR(kept);
        else
            PyTuple_SET_ITEM(kept, k, value);
    }
    return kept;
}

/* The edges (parent, home, pullback, kept) of a step. */
static PyObject *edges_of(Caller *c, Layout *l)
{
    PyObject *edges = PyList_New(0);
    for (Py_ssize_t i = 0; edges != NULL && i < l->n; i++) {
        if (l->live[i] == NULL)
            continue;
        ValueFields *v = (ValueFields *)l->live[i];
        PyObject *kept = kept_values(c, l, &c->ways[i]), *edge = NULL;
        PyObject *parent = kept == NULL                 ? NULL
                           : is_sequence((PyObject *)v) ? pack_items(l->tape, (PyObject *)v)
                                                        : Py_NewRef(v->slot);
        if (parent != NULL)
            edge = PyTuple_Pack(4, parent, is_sequence((PyObject *)v) ? python.tuple_home : v->home, c->ways[i].pull,
                                kept);
        if (edge == NULL || PyList_Append(edges, edge) < 0)
            Py_CLEAR(edges);
        Py_XDECREF(kept);
        Py_XDECREF(parent);
        Py_XDECREF(edge);
    }
    return edges;
}

/* Write the step, and give its output or outputs. */
static PyObject *written(Caller *c, Layout *l, PyObject *edges, PyObject *y, int fresh, PyObject *noted)
{
    if (is_sequence(y))
        return PyObject_CallFunctionObjArgs(python.unpacked, l->tape, c->rule, edges, y, noted, NULL);
    Py_ssize_t number = next_slot((TapeFields *)l->tape);
    PyObject *slot = PyLong_FromSsize_t(number), *out = NULL;
    if (slot == NULL || write_step((TapeFields *)l->tape, number, c->rule, edges) < 0)
        goto done;
    out = traced_output(l->tape, slot, y, fresh);
    if (out == NULL && !PyErr_Occurred() && fresh && l->live[0] != NULL && PyList_GET_SIZE(edges) == 1 &&
        !is_sequence(l->live[0]))
        out = traced_view(l->live[0], slot, y, noted);
    if (out == NULL && !PyErr_Occurred())
        out = PyObject_CallFunctionObjArgs(python.output, l->tape, slot, y, noted, NULL);
done:
    Py_XDECREF(slot);
    return out;
}

/* The output; NULL without an error where Python has to look. */
static PyObject *call(Caller *c, PyObject *args, PyObject *kwargs)
{
    Layout l = {.n = PyTuple_GET_SIZE(c->params)};
    PyObject *out = NULL, *y = NULL, *edges = NULL, *noted = NULL;
    if (lay_out(c, &l, args, kwargs) <= 0 || open_tape(l.tape) == NULL || !can_keep(c, &l))
        goto done;
    Py_INCREF(l.tape);
    y = l.values[l.n] = computed(c, &l, args, kwargs);
    if (y != NULL) {
        int fresh = Py_REFCNT(y) == 1;
        if (c->selects)
            note_selects((TapeFields *)l.tape);
        edges = edges_of(c, &l);
        noted = edges == NULL ? NULL : PyTuple_Pack(3, c->function, args, kwargs);
        if (noted != NULL)
            out = written(c, &l, edges, y, fresh, noted);
    }
    Py_XDECREF(edges);
    Py_XDECREF(noted);
    Py_DECREF(l.tape);
done:
    drop_layout(&l);
    return out;
}

/* The output; NULL without an error where Python has to look. */
PyObject *call_by(PyObject *callers, PyObject *function, PyObject *args, PyObject *kwargs)
{
    PyObject *c = PyDict_GetItemWithError(callers, function), *out = NULL;
    if (c == NULL || !Py_IS_TYPE(c, &CallerType))
        return NULL;
    Py_INCREF(c);
    out = call((Caller *)c, args, kwargs);
    Py_DECREF(c);
    return out;
}

/* call_in_c(callers, function, args, kwargs): the output, or None where Python has to look. */
PyObject *call_in_c(PyObject *module, PyObject *args)
{
    PyObject *callers, *function, *given, *kwargs;
    if (!PyArg_ParseTuple(args, "O!OO!O!", &PyDict_Type, &callers, &function, &PyTuple_Type, &given, &PyDict_Type,
                          &kwargs))
        return NULL;
    PyObject *out = call_by(callers, function, given, kwargs);
    return out != NULL || PyErr_Occurred() ? out : Py_NewRef(Py_None);
}
